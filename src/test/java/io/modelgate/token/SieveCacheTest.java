package io.modelgate.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Threads;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What goes when there is no room, and that nothing else does. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SieveCacheTest {

    private static final long NOW = 1_000;
    private static final long LATER = 2_000;
    private static final long NEVER = Long.MAX_VALUE;

    /** The requests shown at cachemon.github.io/SIEVE-website, and what is left after each of the last six. */
    @Test
    void the_first_unmarked_entry_the_hand_comes_to_goes() {
        var cache = new SieveCache<Integer>(7);
        assertThat(request(cache, "AABBCDEFGG")).isEqualTo("ABCDEFG");

        assertThat(request(cache, "H")).isEqualTo("ABDEFGH");
        assertThat(request(cache, "A")).isEqualTo("ABDEFGH");
        assertThat(request(cache, "D")).isEqualTo("ABDEFGH");
        assertThat(request(cache, "I")).isEqualTo("ABDFGHI");
        assertThat(request(cache, "B")).isEqualTo("ABDFGHI");
        assertThat(request(cache, "J")).isEqualTo("ABDGHIJ");
    }

    @Test
    void the_hand_goes_round() {
        var cache = new SieveCache<Integer>(3);
        assertThat(request(cache, "ABCABC")).isEqualTo("ABC");

        assertThat(request(cache, "D")).isEqualTo("BCD");
        assertThat(request(cache, "EF")).isEqualTo("DEF");
    }

    @Test
    void the_hand_goes_on_from_an_entry_that_is_taken_away() {
        var cache = new SieveCache<Integer>(4);
        assertThat(request(cache, "ABCDABE")).isEqualTo("ABDE");

        cache.remove(key('D'));

        assertThat(request(cache, "FG")).isEqualTo("ABFG");
    }

    @Test
    void what_is_in_use_survives_a_flood_of_what_is_used_once() {
        var cache = new SieveCache<Integer>(1_000);
        IntStream.range(0, 500).forEach(hot -> put(cache, hot));

        for (var flood = 10_000; flood < 20_000; flood++) {
            put(cache, flood);
            assertThat(cache.get(key(flood % 500), NOW)).isNotNull();
        }
        assertThat(cache.size()).isEqualTo(1_000);
    }

    @Test
    void an_entry_finds_room_soon_even_where_everything_is_in_use() {
        var cache = new SieveCache<Integer>(2 * SieveCache.MOST_STEPS);
        IntStream.range(0, 2 * SieveCache.MOST_STEPS).forEach(number -> {
            put(cache, number);
            assertThat(cache.get(key(number), NOW)).isEqualTo(number);
        });

        put(cache, -1);

        assertThat(cache.size()).isEqualTo(2 * SieveCache.MOST_STEPS);
        assertThat(cache.get(key(-1), NOW)).isNotNull();
        assertThat(cache.get(key(0), NOW)).isNotNull();
        assertThat(cache.get(key(SieveCache.MOST_STEPS), NOW)).isNull();
    }

    @Test
    void another_value_takes_the_place_of_the_first() {
        var cache = new SieveCache<Integer>(2);
        cache.put(key(1), 10, NEVER, NOW);
        cache.put(key(2), 20, NEVER, NOW);
        cache.put(key(1), 11, NEVER, NOW);

        assertThat(cache.size()).isEqualTo(2);
        assertThat(cache.get(key(1), NOW)).isEqualTo(11);
        assertThat(cache.get(key(2), NOW)).isEqualTo(20);
    }

    @Test
    void one_whose_time_is_over_is_not_found() {
        var cache = new SieveCache<Integer>(2);
        put(cache, 1, LATER, NOW);

        assertThat(cache.get(key(1), LATER - 1)).isEqualTo(1);
        assertThat(cache.get(key(1), LATER)).isNull();
        assertThat(cache.size()).isZero();
    }

    @Test
    void those_whose_time_is_over_make_room_unasked() {
        var cache = new SieveCache<Integer>(1_000);
        IntStream.range(0, 100).forEach(number -> put(cache, number, LATER, NOW));

        IntStream.range(1_000, 1_025).forEach(number -> put(cache, number, NEVER, LATER));

        assertThat(cache.size()).isEqualTo(25);
    }

    @Test
    void a_mark_does_not_save_one_whose_time_is_over() {
        var cache = new SieveCache<Integer>(3);
        put(cache, 'A', NEVER, NOW);
        put(cache, 'B', LATER, NOW);
        put(cache, 'C', NEVER, NOW);
        assertThat(request(cache, "AB")).isEqualTo("ABC");

        put(cache, 'D', NEVER, LATER);

        assertThat(held(cache)).isEqualTo("ACD");
    }

    @Test
    void only_what_meets_the_condition_is_taken_away() {
        var cache = new SieveCache<Integer>(100);
        IntStream.range(0, 100).forEach(number -> put(cache, number));

        cache.removeIf(entry -> entry.value % 2 == 0);

        assertThat(numbers(cache)).hasSize(50).allMatch(number -> number % 2 == 1);
    }

    @Test
    void a_token_is_another_entry_for_another_judge() {
        var cache = new SieveCache<Integer>(2);
        cache.put(new TokenKey(1, 2, 3, 4, 5), 5, NEVER, NOW);
        cache.put(new TokenKey(1, 2, 3, 4, 6), 6, NEVER, NOW);

        assertThat(cache.get(new TokenKey(1, 2, 3, 4, 5), NOW)).isEqualTo(5);
        assertThat(cache.get(new TokenKey(1, 2, 3, 4, 6), NOW)).isEqualTo(6);
    }

    @Test
    void many_threads_neither_pass_the_bound_nor_lose_an_entry() {
        var cache = new SieveCache<Integer>(64);
        var tooMany = ConcurrentHashMap.<Integer>newKeySet();
        var wrong = ConcurrentHashMap.<Integer>newKeySet();
        var threads = new ArrayList<CompletableFuture<Void>>();
        for (var thread = 0; thread < 8; thread++) {
            var random = new SplittableRandom(thread);
            threads.add(CompletableFuture.runAsync(
                    () -> {
                        for (var turn = 0; turn < 50_000; turn++) {
                            var number = random.nextInt(200);
                            switch (random.nextInt(8)) {
                                case 0, 1 -> put(cache, number, LATER, NOW);
                                case 2 -> cache.remove(key(number));
                                default -> {
                                    var found = cache.get(key(number), turn % 100 == 0 ? LATER : NOW);
                                    if (found != null && found != number) {
                                        wrong.add(number);
                                    }
                                }
                            }
                            if (turn % 1_000 == 0) {
                                cache.removeIf(entry -> entry.value % 10 == 0);
                            }
                            if (cache.size() > 64) {
                                tooMany.add(cache.size());
                            }
                        }
                    },
                    Threads.EACH_ITS_OWN));
        }
        threads.forEach(CompletableFuture::join);
        assertThat(tooMany).isEmpty();
        assertThat(wrong).isEmpty();

        // One that was found but stood in no queue would stay for good; one that stood there but was not found would
        // be counted on as room.
        var fresh = new HashSet<Integer>();
        for (var number = 1_000; number < 1_064; number++) {
            put(cache, number, NEVER, LATER);
            fresh.add(number);
        }
        assertThat(numbers(cache)).isEqualTo(fresh);
        put(cache, 2_000);
        assertThat(cache.size()).isEqualTo(64);
    }

    /** Each letter is asked for and, where it is missed, put; what is there afterwards. */
    private static String request(SieveCache<Integer> cache, String letters) {
        letters.chars().forEach(letter -> {
            if (cache.get(key(letter), NOW) == null) {
                put(cache, letter);
            }
        });
        return held(cache);
    }

    private static String held(SieveCache<Integer> cache) {
        return numbers(cache).stream().sorted().map(Character::toString).collect(Collectors.joining());
    }

    private static void put(SieveCache<Integer> cache, int number) {
        put(cache, number, NEVER, NOW);
    }

    private static void put(SieveCache<Integer> cache, int number, long until, long now) {
        cache.put(key(number), number, until, now);
    }

    private static Set<Integer> numbers(SieveCache<Integer> cache) {
        var numbers = new HashSet<Integer>();
        cache.forEach(entry -> numbers.add(entry.value));
        return numbers;
    }

    private static TokenKey key(int number) {
        return new TokenKey(number, 0, 0, 0, 0);
    }
}
