package io.modelgate.management;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.HostPort;
import io.modelgate.config.ValueTypes;

/**
 * The {@code management} section.
 *
 * @param listen where health and metrics are served; never the address of the front door
 */
public record ManagementConfig(HostPort listen) {

    public static ManagementConfig read(ConfigNode management) {
        return new ManagementConfig(
                management.optional("listen", ValueTypes.hostPort(), new HostPort("127.0.0.1", 9090)));
    }
}
