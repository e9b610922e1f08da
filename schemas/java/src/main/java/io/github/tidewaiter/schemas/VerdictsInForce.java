package io.github.tidewaiter.schemas;

import io.github.tidewaiter.schemas.model.Verdict;
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

/**
 * For consumers: remembers which verdict on each transfer is in force, despite duplicates, late copies and rescreening.
 *
 * <p>Call {@link #take} for the verdicts of a partition in their order. It stores only ids, some hundred bytes per
 * transfer. To survive a restart, store {@link #state} with the offsets that you commit, and pass it to
 * {@link #restore}. The state is that of the clients in other languages. Not safe for several threads.
 */
public final class VerdictsInForce {
    private static final int MOST_REMEMBERED = 64;

    private final Map<String, Known> transfers = new LinkedHashMap<>();

    private static final class Known {
        UUID current;
        /** The id that the verdict in force would have without dispositions, or null if it has that id. */
        UUID base;
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

    /** Return a verdict from the value of a record. Fields of later versions of the contract are left out. */
    public static Verdict read(byte[] value) {
        return Contract.JSON.readValue(value, Verdict.class);
    }

    /** Return the verdict if it is now in force; nothing if it is a copy or is outdated. */
    public Optional<Verdict> take(Verdict verdict) {
        UUID id = verdict.getId();
        List<UUID> replaced =
                verdict.getRescreening() == null ? List.of() : verdict.getRescreening().getReplaces();
        UUID base = verdict.getDispositions() == null ? null : verdict.getDispositions().getBase();
        Known known = transfers.get(verdict.getTransferId());
        boolean taken = true;
        if (known == null) {
            known = new Known();
            transfers.put(verdict.getTransferId(), known);
        } else if (known.seen.contains(id)) {
            return Optional.empty();
        } else {
            // Else on a version of the transfer that is no longer the last.
            taken = verdict.getRescreening() == null
                    || replaced.contains(known.current)
                    || known.base != null && replaced.contains(known.base);
        }
        if (taken) {
            known.current = id;
            known.base = base;
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

    /** Return, for each transfer, the id in force (with a slash and its base, if it has one) and the earlier ids. */
    public Map<String, List<String>> state() {
        Map<String, List<String>> state = new LinkedHashMap<>();
        transfers.forEach((transferId, known) -> {
            List<String> ids = new ArrayList<>();
            ids.add(known.base == null ? known.current.toString() : known.current + "/" + known.base);
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
                String[] first = ids.get(0).split("/", 2);
                Known known = new Known();
                known.current = UUID.fromString(first[0]);
                known.base = first.length == 1 ? null : UUID.fromString(first[1]);
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
