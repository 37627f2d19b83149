package io.modelgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.config.ConfigFile;
import io.modelgate.config.InvalidConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StorageConfigTest {

    private static StorageConfig read(String yaml) {
        return ConfigFile.of("test.yaml", yaml, Map.of()).read(root -> StorageConfig.read(root.section("storage")));
    }

    @Test
    void by_default_it_is_the_embedded_server_in_memory() {
        var config = read("storage: {}");

        assertThat(config.kind()).isEqualTo(StorageConfig.Kind.EMBEDDED);
        assertThat(config.uri()).isEmpty();
        assertThat(config.dataDir()).isEmpty();
        assertThat(config.database()).isEqualTo("modelgate");
        assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void every_key_of_a_real_server_is_read() {
        var config =
                read("storage: {kind: mongodb, uri: 'mongodb://app:pw@db.example:27017', database: gate, timeout: 2s}");

        assertThat(config.kind()).isEqualTo(StorageConfig.Kind.MONGODB);
        assertThat(config.uri().orElseThrow().reveal()).isEqualTo("mongodb://app:pw@db.example:27017");
        assertThat(config.database()).isEqualTo("gate");
        assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.toString()).doesNotContain("pw");
    }

    @Test
    void a_name_that_stands_for_several_servers_is_accepted_without_asking_for_it() {
        assertThat(read("storage: {kind: mongodb, uri: 'mongodb+srv://app:pw@db.invalid'}")
                        .uri())
                .isPresent();
    }

    @Test
    void the_embedded_server_takes_a_directory() {
        assertThat(read("storage: {data-dir: /var/lib/modelgate}").dataDir()).contains(Path.of("/var/lib/modelgate"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kind: mongodb | storage.uri",
                "uri: 'mongodb://db' | storage.uri",
                "{kind: mongodb, uri: 'mongodb://db', data-dir: /x} | storage.data-dir",
                "{kind: mongodb, uri: 'http://user:hunter2@db'} | storage.uri",
                "{kind: mongodb, uri: 'mongodb+srv://user:hunter2:x@db'} | storage.uri",
                "kind: postgres | storage.kind",
                "database: 'a.b' | storage.database",
                "timeout: 1h | storage.timeout"
            })
    void what_does_not_fit_is_refused_by_its_key(String yaml, String key) {
        assertThatThrownBy(() -> read(yaml.startsWith("{") ? "storage: " + yaml : "storage:\n  " + yaml))
                .isInstanceOf(InvalidConfig.class)
                .hasMessageContaining(key)
                .message()
                .doesNotContain("hunter2");
    }
}
