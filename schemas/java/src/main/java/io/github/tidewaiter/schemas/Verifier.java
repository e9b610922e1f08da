package io.github.tidewaiter.schemas;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * For consumers and auditors: takes verdicts in any order and tells what is wrong with them.
 *
 * <p>Signatures show that a worker with a trusted key wrote a verdict, in its place. The chain shows that none between
 * the first and the last one that was read is missing or changed. It keeps two links of each verdict.
 */
public final class Verifier {
    /** The CloudEvents type of a verdict. */
    public static final String VERDICT_TYPE = "tidewaiter.verdict.v1";

    private static final String BEGINNING = "0".repeat(64);
    private static final Pattern CHAIN =
            Pattern.compile("([\\w.-]+/\\d{1,10})@(\\d{1,19}) ([0-9a-f]{64}) ([0-9a-f]{64})(?: .*)?");
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([^-]+)-----END PUBLIC KEY-----");

    private final Map<String, PublicKey> keys = new HashMap<>();
    private final Map<String, Map<String, Link>> links = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private record Link(BigInteger offset, String before) {}

    /** A verifier that asks for no signatures. */
    public Verifier() {
        this("");
    }

    /**
     * A verifier that asks for signatures.
     *
     * @param keys the trusted public keys in PEM, one after another
     * @throws IllegalArgumentException when there is none, or one that is not an Ed25519 key
     */
    public Verifier(String keys) {
        PEM.matcher(keys).results().forEach(block -> {
            try {
                byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
                PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
                this.keys.put(sha256(key.getEncoded()).substring(0, 16), key);
            } catch (GeneralSecurityException error) {
                throw new IllegalArgumentException("a key is not an Ed25519 key", error);
            }
        });
        if (!keys.isEmpty() && this.keys.isEmpty()) {
            throw new IllegalArgumentException("there is no public key in PEM");
        }
    }

    /** Check one verdict. Return whether its link and signature are right; {@link #problems} says what is not. */
    public boolean take(byte[] value, Headers headers) {
        List<byte[]> found = contents(headers, "chain");
        Matcher read = CHAIN.matcher(found.size() == 1 ? text(found.get(0)) : "");
        if (!read.matches()) {
            return wrong("a verdict (" + sha256(value).substring(0, 12) + "…) has no link");
        }
        String chain = read.group(1), before = read.group(3), link = read.group(4);
        BigInteger offset = new BigInteger(read.group(2));
        String place = chain + "@" + offset;
        String content = String.join("\n", VERDICT_TYPE, place, before, sha256(value));
        if (!sha256(bytes(content)).equals(link)) {
            return wrong(place + ": the verdict was changed, or moved: its link is not that of its content");
        }
        links.computeIfAbsent(chain, name -> new HashMap<>()).put(link, new Link(offset, before));
        if (!keys.isEmpty() && signer(value, headers).isEmpty()) {
            return wrong(place + ": no trusted key has signed the verdict");
        }
        return true;
    }

    /** Return the id of the trusted key that signed a verdict; nothing when none did. */
    public Optional<String> signer(byte[] value, Headers headers) {
        ByteArrayOutputStream covered = new ByteArrayOutputStream();
        covered.writeBytes(bytes(VERDICT_TYPE + "\n"));
        for (String covering : List.of("chain", "in-force")) {
            contents(headers, covering).stream().limit(1).forEach(link -> {
                covered.writeBytes(link);
                covered.write('\n');
            });
        }
        covered.writeBytes(value);
        for (Header header : headers.headers("signature")) {
            String[] parts = header.value() == null ? new String[0] : text(header.value()).split(" ");
            PublicKey key = parts.length >= 3 && parts[0].equals("ed25519") ? keys.get(parts[1]) : null;
            if (key != null && signed(key, parts[2], covered.toByteArray())) {
                return Optional.of(parts[1]);
            }
        }
        return Optional.empty();
    }

    /** Return what is wrong, in words: first with single verdicts, then where some are missing between others. */
    public List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        links.forEach((chain, byLink) -> {
            List<Link> inOrder = byLink.values().stream()
                    .sorted(Comparator.comparing(Link::offset).thenComparing(Link::before))
                    .toList();
            for (Link link : inOrder) {
                boolean linked = link.before.equals(BEGINNING) || byLink.containsKey(link.before);
                if (!linked && !link.offset.equals(inOrder.get(0).offset)) {
                    all.add(chain + "@" + link.offset + ": the verdict before it is missing");
                }
            }
        });
        return all;
    }

    private boolean wrong(String problem) {
        problems.add(problem);
        return false;
    }

    private static List<byte[]> contents(Headers headers, String name) {
        List<byte[]> found = new ArrayList<>();
        for (Header header : headers.headers(name)) {
            if (header.value() != null && header.value().length > 0) {
                found.add(header.value());
            }
        }
        return found;
    }

    private static boolean signed(PublicKey key, String signature, byte[] covered) {
        try {
            Signature check = Signature.getInstance("Ed25519");
            check.initVerify(key);
            check.update(covered);
            return check.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException error) {
            return false;
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException error) {
            throw new AssertionError("every Java has SHA-256", error);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.UTF_8);
    }
}
