package io.modelgate.store;

import java.util.List;

/** What to order by, first things first. The id always comes last, so every order is total and pages never overlap. */
public record Sort(List<Order> orders) {

    public record Order(String property, boolean descending) {}

    public Sort {
        orders = List.copyOf(orders);
    }

    public static Sort byId() {
        return new Sort(List.of());
    }
}
