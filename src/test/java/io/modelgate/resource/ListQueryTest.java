package io.modelgate.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.store.Filter;
import io.modelgate.store.Page;
import io.modelgate.store.Sort;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ListQueryTest {

    @Test
    void nothing_said_means_the_first_twenty_by_id() {
        assertThat(ListQuery.parse(Map.of())).isEqualTo(new ListQuery(new Page(0, 20), Sort.byId(), Filter.none(), ""));
    }

    @Test
    void everything_else_than_paging_and_order_is_a_condition() {
        var query = ListQuery.parse(Map.of(
                "page", List.of("3"),
                "size", List.of("500"),
                "sort", List.of("b,desc", "a"),
                "name", List.of("x", "y")));

        assertThat(query.page()).isEqualTo(new Page(3, 500));
        assertThat(query.sort()).isEqualTo(new Sort(List.of(new Sort.Order("b", true), new Sort.Order("a", false))));
        assertThat(query.filter()).isEqualTo(Filter.none().equal("name", "x").equal("name", "y"));
    }

    @Test
    void what_links_repeat_is_percent_encoded() {
        // RFC 3986 §2.1: octets of UTF-8
        assertThat(ListQuery.parse(Map.of("na&me", List.of("a b+ü"))).rest()).isEqualTo("&na%26me=a%20b%2B%C3%BC");
    }
}
