package io.modelgate.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a look-up costs must not depend on how many routes there are. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RouteTableSizeTest {

    /**
     * A look-up asks the table once for each segment, so what counts is how many entries one question walks past. With
     * a load of at most one half that is seldom more than three in a good hash, whatever the size.
     */
    @ParameterizedTest
    @ValueSource(ints = {10, 1_000, 10_000, 100_000})
    void one_question_walks_past_a_few_entries_whatever_the_number_of_routes(int routes) {
        var entries = IntStream.range(0, routes)
                .boxed()
                .collect(Collectors.toMap(
                        number -> "/tenant-" + number + "/api", number -> number, (a, b) -> a, TreeMap::new));
        var index = new PathIndex<>(entries);
        var walked = 0L;
        for (var path : entries.keySet()) {
            var probes = index.probes(path.hashCode());
            assertThat(probes).as(path).isLessThanOrEqualTo(8);
            walked += probes;
        }
        assertThat((double) walked / routes).isBetween(1.0, 1.6);
        entries.forEach((path, number) -> assertThat(index.get(path + "/more", path.length(), path.hashCode()))
                .isEqualTo(number));
    }
}
