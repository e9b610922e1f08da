package io.github.tidewaiter.schemas;

import io.github.tidewaiter.schemas.model.Verdict;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * For consumers: remembers which verdict on each transfer is in force, despite duplicates, late copies and rescreening.
 *
 * <p>Call {@link #take} for the verdicts of a partition in their order. It stores only ids, some hundred bytes per
 * transfer. To survive a restart, store {@link #state} with the offsets that you commit, and pass it to
 * {@link #restore}. The state is that of the clients in other languages. Not safe for several threads.
 */
public final class VerdictsInForce {
    private static final int MOST_REMEMBERED = 64;
    private static final Pattern POSITION =
            Pattern.compile("([A-Za-z0-9_.-]{1,249}/[0-9]{1,10})@([0-9]{1,19}) ([0-9]{1,19})");

    private final Map<String, Known> transfers = new LinkedHashMap<>();

    private static final class Known {
        UUID current;
        /** The id that the verdict in force would have without dispositions, or null if it has that id. */
        UUID base;
        /** Where it is in the order of the verdicts on its transfer, or null if its headers do not state it. */
        Position position;
        final Set<UUID> seen = new LinkedHashSet<>();

        void remember(Collection<UUID> ids) {
            seen.addAll(ids);
            Iterator<UUID> oldest = seen.iterator();
            while (seen.size() > MOST_REMEMBERED) {
                oldest.next();
                oldest.remove();
            }
        }
    }

    /** `adopted` is when the rule book was put in force, in microseconds since 1970. */
    private record Position(String partition, BigInteger offset, BigInteger adopted) {
        static Position read(String text) {
            Matcher read = POSITION.matcher(text);
            return read.matches()
                    ? new Position(read.group(1), new BigInteger(read.group(2)), new BigInteger(read.group(3)))
                    : null;
        }

        static Position of(Headers headers) {
            Header stated = headers == null ? null : headers.headers("in-force").iterator().hasNext()
                    ? headers.headers("in-force").iterator().next()
                    : null;
            return stated == null || stated.value() == null
                    ? null
                    : read(new String(stated.value(), StandardCharsets.UTF_8));
        }

        /** Return more than 0 if this one is later, less if it is earlier, 0 if the positions do not tell. */
        int comparedWith(Position other) {
            if (other == null || !partition.equals(other.partition)) {
                return 0;
            }
            int byOffset = offset.compareTo(other.offset);
            return byOffset != 0 ? byOffset : adopted.compareTo(other.adopted);
        }

        @Override
        public String toString() {
            return partition + "@" + offset + " " + adopted;
        }
    }

    /** Return a verdict from the value of a record. Fields of later versions of the contract are left out. */
    public static Verdict read(byte[] value) {
        return Contract.JSON.readValue(value, Verdict.class);
    }

    /** Return the verdict if it is now in force, judged by ids alone: for verdicts that have no headers. */
    public Optional<Verdict> take(Verdict verdict) {
        return take(verdict, null);
    }

    /**
     * Return the verdict if it is now in force; nothing if it is a copy or is outdated.
     *
     * <p>Without the headers of the record, a transfer that returns to an earlier version looks like a copy of its
     * verdict then, and a rescreened verdict does not replace one by another version of the engine.
     */
    public Optional<Verdict> take(Verdict verdict, Headers headers) {
        Position position = Position.of(headers);
        UUID id = verdict.getId();
        List<UUID> replaced =
                verdict.getRescreening() == null ? List.of() : verdict.getRescreening().getReplaces();
        UUID base = verdict.getDispositions() == null ? null : verdict.getDispositions().getBase();
        Known known = transfers.get(verdict.getTransferId());
        boolean taken = true;
        if (known == null) {
            known = new Known();
            transfers.put(verdict.getTransferId(), known);
        } else {
            int later = position == null ? 0 : position.comparedWith(known.position);
            if (later <= 0 && known.seen.contains(id)) {
                return Optional.empty();
            }
            // Else on a version of the transfer that is no longer the last, or by an older rule book.
            taken = later > 0
                    || later == 0
                            && (verdict.getRescreening() == null
                                    || replaced.contains(known.current)
                                    || known.base != null && replaced.contains(known.base));
        }
        if (taken) {
            known.current = id;
            known.base = base;
            known.position = position;
        }
        List<UUID> ids = new ArrayList<>(replaced);
        ids.add(id);
        known.remember(ids);
        return taken ? Optional.of(verdict) : Optional.empty();
    }

    /** Return the id of the verdict in force; nothing for a transfer without a verdict so far. */
    public Optional<UUID> idOf(String transferId) {
        return Optional.ofNullable(transfers.get(transferId)).map(known -> known.current);
    }

    /** Forget transfers for which no more verdicts are expected. */
    public void forget(Collection<String> transferIds) {
        transfers.keySet().removeAll(Set.copyOf(transferIds));
    }

    /**
     * Return, for each transfer, the id in force and then the earlier ids. The id in force is followed by a slash and its
     * base, if it has one, and by a space and its position, if its headers stated one.
     */
    public Map<String, List<String>> state() {
        Map<String, List<String>> state = new LinkedHashMap<>();
        transfers.forEach((transferId, known) -> {
            List<String> ids = new ArrayList<>();
            ids.add(known.current
                    + (known.base == null ? "" : "/" + known.base)
                    + (known.position == null ? "" : " " + known.position));
            known.seen.forEach(each -> ids.add(each.toString()));
            state.put(transferId, ids);
        });
        return state;
    }

    /**
     * Return the object with this state.
     *
     * @throws IllegalArgumentException when the state is invalid
     */
    public static VerdictsInForce restore(Map<String, List<String>> state) {
        VerdictsInForce restored = new VerdictsInForce();
        state.forEach((transferId, ids) -> {
            try {
                String[] stated = ids.get(0).split(" ", 2);
                String[] first = stated[0].split("/", 2);
                Known known = new Known();
                known.current = UUID.fromString(first[0]);
                known.base = first.length == 1 ? null : UUID.fromString(first[1]);
                known.position = stated.length == 1 ? null : Position.read(stated[1]);
                if (stated.length == 2 && known.position == null) {
                    throw new IllegalArgumentException(stated[1]);
                }
                ids.subList(1, ids.size()).forEach(each -> known.seen.add(UUID.fromString(each)));
                restored.transfers.put(transferId, known);
            } catch (RuntimeException error) {
                throw new IllegalArgumentException(
                        transferId + ": is not what VerdictsInForce.state returns", error);
            }
        });
        return restored;
    }
}
