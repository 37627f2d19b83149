package io.modelgate.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RelayTest {

    private ServerSocket echo;
    private Relay relay;

    @BeforeEach
    void start() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var server = new Thread(this::echoAll);
        server.setDaemon(true);
        server.start();
        relay = Relay.to(echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        relay.close();
        echo.close();
    }

    @Test
    void bytes_pass_both_ways() throws IOException {
        try (var socket = connect()) {
            assertThat(exchange(socket, 'a')).isEqualTo('a');
        }
        assertThat(relay.connections()).isEqualTo(1);
    }

    @RepeatedTest(20) // several threads have to let go, in any order
    void cut_it_resets_what_is_open_and_refuses_what_is_new() throws IOException {
        try (var socket = connect()) {
            assertThat(exchange(socket, 'a')).isEqualTo('a');

            relay.cut();

            assertThatThrownBy(() -> exchange(socket, 'b')).isInstanceOf(SocketException.class);
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void healed_after_a_cut_it_relays_on_the_same_port() throws IOException {
        var port = relay.port();
        relay.cut();

        relay.heal();

        assertThat(relay.port()).isEqualTo(port);
        try (var socket = connect()) {
            assertThat(exchange(socket, 'a')).isEqualTo('a');
        }
    }

    @Test
    void stalled_it_takes_connections_and_passes_nothing_until_it_is_healed() throws IOException {
        relay.stall();
        try (var socket = connect()) {
            socket.setSoTimeout(300);
            assertThatThrownBy(() -> exchange(socket, 'a')).isInstanceOf(SocketTimeoutException.class);

            relay.heal();

            socket.setSoTimeout(10_000);
            assertThat(socket.getInputStream().read()).isEqualTo('a');
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), relay.port());
    }

    private static int exchange(Socket socket, int sent) throws IOException {
        socket.getOutputStream().write(sent);
        return socket.getInputStream().read();
    }

    private void echoAll() {
        while (true) {
            Socket socket;
            try {
                socket = echo.accept();
            } catch (IOException closed) {
                return;
            }
            var one = new Thread(() -> {
                try (socket) {
                    socket.getInputStream().transferTo(socket.getOutputStream());
                } catch (IOException reset) {
                    // As the test wants.
                }
            });
            one.setDaemon(true);
            one.start();
        }
    }
}
