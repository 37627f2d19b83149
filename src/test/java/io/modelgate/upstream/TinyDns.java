package io.modelgate.upstream;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A DNS server on a UDP port of 127.0.0.1 that knows A records, each to be kept for no time at all (RFC 1035 §4). */
final class TinyDns implements AutoCloseable {

    private static final int HEADER = 12;
    private static final int A = 1;
    private static final int NAME_ERROR = 3;

    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final Map<String, List<String>> records = new ConcurrentHashMap<>();

    TinyDns() throws IOException {
        new Thread(this::run, "tiny-dns").start();
    }

    /** {@code 127.0.0.1:port}, as Vert.x wants it. */
    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    void set(String name, String... addresses) {
        records.put(name, List.of(addresses));
    }

    /** From now on there is no such name. */
    void remove(String name) {
        records.remove(name);
    }

    private void run() {
        try {
            var packet = new DatagramPacket(new byte[512], 512);
            while (!socket.isClosed()) {
                socket.receive(packet);
                var answer = answer(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                packet.setLength(512);
            }
        } catch (IOException closed) {
            // Then nobody asks any more.
        }
    }

    private byte[] answer(ByteBuffer query) throws IOException {
        var id = query.getShort();
        query.position(HEADER);
        var name = new StringBuilder();
        for (var length = query.get(); length > 0; length = query.get()) {
            var label = new byte[length];
            query.get(label);
            name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
        }
        var type = query.getShort();
        var end = query.position() + 2;
        var addresses = records.get(name.toString().toLowerCase(Locale.ROOT));
        var found = type == A && addresses != null ? addresses : List.<String>of();
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeShort(id);
        // A response, recursion desired and available.
        out.writeShort(0x8180 | (addresses == null ? NAME_ERROR : 0));
        out.writeShort(1);
        out.writeShort(found.size());
        out.writeInt(0);
        var question = new byte[end - HEADER];
        query.position(HEADER).get(question);
        out.write(question);
        for (var address : found) {
            // The name of the question, class IN, time to live 0.
            out.writeShort(0xc000 | HEADER);
            out.writeShort(A);
            out.writeShort(1);
            out.writeInt(0);
            out.writeShort(4);
            out.write(InetAddress.getByName(address).getAddress());
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
