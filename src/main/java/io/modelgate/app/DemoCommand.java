package io.modelgate.app;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Only lists the demo in the help: the launcher of a source checkout starts it, the shipped jar has no demo in it. */
@Command(
        name = "demo",
        description = "Start gateway, services, a demo identity provider and a sample upstream on this machine.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Runnable {

    @Unmatched
    List<String> rest = List.of();

    @Override
    public void run() {
        throw new CommandFailure(
                "The demo needs a source checkout, where ./modelgate demo builds and starts it; the shipped jar holds no"
                        + " demo identity provider.");
    }
}
