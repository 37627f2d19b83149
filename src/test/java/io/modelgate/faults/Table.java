package io.modelgate.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The table of the README, as it was measured: on standard output, and in {@code target/faults.md}. */
final class Table {

    private static final Path FILE = Path.of("target", "faults.md");

    private Table() {}

    static void add(String fault, String how, Load load) throws IOException {
        var test = StackWalker.getInstance()
                .walk(frames -> frames.map(StackWalker.StackFrame::getClassName)
                        .filter(name -> name.endsWith("Test") || name.endsWith("IT"))
                        .findFirst()
                        .orElse("?"));
        add(
                fault,
                how,
                load.sent(),
                load.right(),
                load.refused(),
                load.cut(),
                load.lost().size(),
                test.substring(test.lastIndexOf('.') + 1));
    }

    static void add(String fault, String how, int sent, int right, int refused, int cut, int lost, String test)
            throws IOException {
        var row = "| %s | %s | %d | %d | %d | %d | %d | `%s` |"
                .formatted(fault, how, sent, right, refused, cut, lost, test);
        System.out.println(row);
        Files.createDirectories(FILE.getParent());
        Files.writeString(FILE, row + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
