package io.modelgate.bus;

/** Where services listen: one address per role. */
public enum BusAddress {
    MODEL("modelgate.model"),
    ENGINE("modelgate.engine"),
    NOTIFICATION("modelgate.notification");

    private final String address;

    BusAddress(String address) {
        this.address = address;
    }

    /** The address on the event bus, and the audience of the assertions the service behind it accepts. */
    public String address() {
        return address;
    }
}
