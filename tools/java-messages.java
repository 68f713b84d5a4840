// SPDX-License-Identifier: Apache-2.0
// java tools/java-messages.java: prints, as class, tab, words, what this Java's own TLS classes can say in an exception or an alert.
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

final class Messages {
    private static final List<String> PLACES = List.of("ssl", "provider/certpath", "validator", "util/HostnameChecker.class");
    private static final Pattern WORDS = Pattern.compile(".*\\b[a-z]{2,}\\b.*");

    public static void main(String[] args) throws IOException {
        Path base = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base/sun/security");
        for (String place : PLACES) {
            try (Stream<Path> files = Files.walk(base.resolve(place))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
                    String name = file.getFileName().toString().replace(".class", "");
                    for (String said : new ClassFile(Files.readAllBytes(file)).said()) {
                        if (said.trim().contains(" ") && WORDS.matcher(said).matches()) {
                            System.out.println(name + "\t" + said.strip().replaceAll("\\s+", " "));
                        }
                    }
                }
            }
        }
    }
}

/** As much of a class file (JVMS chapter 4) as it takes to see which strings reach an exception. */
final class ClassFile {
    /** Exceptions about a peer, a path or a message; others are about a wrong call. */
    private static final Pattern SPEAKING = Pattern.compile("javax/net/ssl/.*Exception|Cert.*Exception|ValidatorException");
    private static final int STRING = 8, LDC = 0x12, LDC_W = 0x13, INVOKE_FIRST = 0xb6, INVOKE_LAST = 0xb9, TABLESWITCH = 0xaa,
                             LOOKUPSWITCH = 0xab, WIDE = 0xc4, IINC = 0x84;

    private final Object[] constants;  // String: UTF-8; int[]: a tag and the places that it names
    private final Set<String> said = new LinkedHashSet<>();
    private final List<String> pieces = new ArrayList<>();
    private String literal;

    ClassFile(byte[] bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        in.skipBytes(8);
        constants = new Object[in.readUnsignedShort()];
        for (int i = 1; i < constants.length; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> constants[i] = in.readUTF();
                case 7, 8, 16, 19, 20 -> constants[i] = new int[] {tag, in.readUnsignedShort()};
                case 9, 10, 11, 12, 17, 18 -> constants[i] = new int[] {tag, in.readUnsignedShort(), in.readUnsignedShort()};
                case 15 -> in.skipBytes(3);
                case 5, 6 -> {
                    in.skipBytes(8);
                    i++;  // they take two places
                }
                default -> in.skipBytes(4);
            }
        }
        in.skipBytes(6);
        in.skipBytes(2 * in.readUnsignedShort());
        readMembers(in);
        readMembers(in);
    }

    Set<String> said() {
        return said;
    }

    private void readMembers(DataInputStream in) throws IOException {
        for (int members = in.readUnsignedShort(); members > 0; members--) {
            in.skipBytes(6);
            for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                boolean code = "Code".equals(constants[in.readUnsignedShort()]);
                byte[] attribute = new byte[in.readInt()];
                in.readFully(attribute);
                if (code) {
                    walk(ByteBuffer.wrap(attribute, 8, ByteBuffer.wrap(attribute).getInt(4)).slice());
                }
            }
        }
    }

    /** A literal, or the literals of a concatenation: an exception or fatal() says them, a line of the debug log does not. */
    private void walk(ByteBuffer code) {
        pieces.clear();
        for (int at = 0; at < code.limit(); at += length(code, at)) {
            int op = code.get(at) & 0xff;
            if (op == LDC || op == LDC_W) {
                int place = op == LDC ? code.get(at + 1) & 0xff : code.getShort(at + 1) & 0xffff;
                literal = constants[place] instanceof int[] constant && constant[0] == STRING ? (String) constants[constant[1]] : null;
            } else if (op >= INVOKE_FIRST && op <= INVOKE_LAST) {
                invoke((int[]) constants[code.getShort(at + 1) & 0xffff]);
            }
        }
    }

    private void invoke(int[] method) {
        String owner = (String) constants[((int[]) constants[method[1]])[1]];
        String name = (String) constants[((int[]) constants[method[2]])[1]];
        if (owner.endsWith("StringBuilder")) {
            if (name.equals("<init>")) {
                pieces.clear();
            } else if (name.equals("append") && literal != null) {
                pieces.add(literal);
            }
            literal = null;
            return;
        }
        boolean speaks = name.equals("fatal") || name.equals("<init>") && SPEAKING.matcher(owner).find();
        if (speaks && !pieces.isEmpty()) {
            String words = String.join("1", pieces);  // what stands between the pieces, or after them, is only known when it runs
            said.add(words.endsWith(" ") ? words + "1" : words);
        } else if (speaks && literal != null) {
            said.add(literal);
        }
        if (speaks || name.equals("<init>") || owner.endsWith("SSLLogger") || owner.endsWith("/Debug")) {
            pieces.clear();
            literal = null;
        }
    }

    private static int length(ByteBuffer code, int at) {
        int op = code.get(at) & 0xff;
        int padded = (at + 4 & ~3) - at;
        return switch (op) {
            case TABLESWITCH -> padded + 12 + 4 * (code.getInt(at + padded + 8) - code.getInt(at + padded + 4) + 1);
            case LOOKUPSWITCH -> padded + 8 + 8 * code.getInt(at + padded + 4);
            case WIDE -> (code.get(at + 1) & 0xff) == IINC ? 6 : 4;
            case 0x10, 0x12, 0xa9, 0xbc -> 2;
            case 0x11, 0x13, 0x14, IINC, 0xbb, 0xbd, 0xc0, 0xc1, 0xc6, 0xc7 -> 3;
            case 0xc5 -> 4;
            case 0xb9, 0xba, 0xc8, 0xc9 -> 5;
            default -> op >= 0x15 && op <= 0x19 || op >= 0x36 && op <= 0x3a ? 2
                       : op >= 0x99 && op <= 0xa8 || op >= 0xb2 && op <= 0xb8 ? 3 : 1;
        };
    }
}
