package io.modelgate.resource;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.store.Filter;
import io.modelgate.store.Page;
import io.modelgate.store.Sort;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The query of a list: {@code page} (0-based), {@code size}, {@code sort=property,asc|desc} (repeatable, first counts
 * most); any other parameter is a property the entities must have that value in, and a mistake where there is none.
 *
 * @param rest everything but page and size, encoded, each with its {@code &}: what links to other pages repeat
 */
record ListQuery(Page page, Sort sort, Filter filter, String rest) {

    static ListQuery parse(Map<String, List<String>> query) {
        var filter = Filter.none();
        var orders = new ArrayList<Sort.Order>();
        var rest = new StringBuilder();
        for (var parameter : new TreeMap<>(query).entrySet()) {
            var name = parameter.getKey();
            if (name.equals("page") || name.equals("size")) {
                continue;
            }
            for (var value : parameter.getValue()) {
                if (name.equals("sort")) {
                    orders.add(order(value));
                } else {
                    filter = filter.equal(name, value);
                }
                rest.append('&').append(encode(name)).append('=').append(encode(value));
            }
        }
        return new ListQuery(page(query), new Sort(orders), filter, rest.toString());
    }

    private static Page page(Map<String, List<String>> query) {
        try {
            return new Page(number(query, "page", 0), number(query, "size", Page.DEFAULT_SIZE));
        } catch (IllegalArgumentException outOfRange) {
            throw new GatewayException(
                    ProblemType.BAD_REQUEST, "page counts from 0 and size is 1 to " + Page.MAX_SIZE + ".");
        }
    }

    private static int number(Map<String, List<String>> query, String name, int byDefault) {
        var values = query.getOrDefault(name, List.of());
        return switch (values.size()) {
            case 0 -> byDefault;
            case 1 -> Integer.parseInt(values.get(0));
            default -> throw new IllegalArgumentException();
        };
    }

    private static Sort.Order order(String text) {
        var comma = text.indexOf(',');
        if (comma < 0) {
            return new Sort.Order(text, false);
        }
        return new Sort.Order(
                text.substring(0, comma),
                switch (text.substring(comma + 1)) {
                    case "asc" -> false;
                    case "desc" -> true;
                    default ->
                        throw new GatewayException(
                                ProblemType.BAD_REQUEST, "sort is a property, or a property and asc or desc.");
                });
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
