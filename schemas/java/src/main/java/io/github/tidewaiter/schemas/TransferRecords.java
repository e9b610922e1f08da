package io.github.tidewaiter.schemas;

import io.github.tidewaiter.schemas.model.TransferEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * For producers: a transfer as the record that is sent, checked before.
 *
 * <p>The headers are those of CloudEvents 1.0 in binary mode on Kafka. The key is the id of the transfer, so that all
 * versions of it are judged in their order.
 */
public final class TransferRecords {
    /** The CloudEvents type of a transfer. An event of any other type becomes a dead letter. */
    public static final String TYPE = "tidewaiter.transfer.v1";

    private TransferRecords() {}

    /**
     * Return the record of a transfer, made now.
     *
     * @param source names your system, such as {@code /erp/hamburg}: the metric of dead letters is by it
     * @throws IllegalArgumentException with one line for each field that is wrong. What a JSON Schema cannot express,
     *     such as that a country exists, the worker alone checks.
     */
    public static ProducerRecord<String, byte[]> of(String topic, TransferEvent transfer, String source) {
        return of(topic, transfer, source, Instant.now());
    }

    /** Return the record of a transfer whose event was made at {@code time}. */
    public static ProducerRecord<String, byte[]> of(
            String topic, TransferEvent transfer, String source, Instant time) {
        return of(topic, Contract.JSON.writeValueAsBytes(transfer), source, time);
    }

    /** Return the record of a transfer that is JSON already. */
    public static ProducerRecord<String, byte[]> of(String topic, byte[] transfer, String source, Instant time) {
        if (source.isEmpty() || source.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException(
                    "source \"" + source + "\": give a name of your system without spaces, such as /erp");
        }
        JsonNode read;
        try {
            read = Contract.JSON.readTree(transfer);
        } catch (JacksonException error) {
            throw new IllegalArgumentException("this is no transfer: no JSON: " + error.getOriginalMessage(), error);
        }
        List<String> problems = Contract.problems(read);
        String id = problems.isEmpty() ? read.get("id").asString() : "";
        if (!id.equals(id.strip())) {
            problems = List.of("/id: has white space around it");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("this is no transfer:\n" + String.join("\n", problems));
        }
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, id, transfer);
        header(record, "ce_specversion", "1.0");
        header(record, "ce_id", id);
        header(record, "ce_source", source);
        header(record, "ce_type", TYPE);
        header(record, "ce_time", time.truncatedTo(ChronoUnit.MICROS).toString());
        header(record, "content-type", "application/json");
        return record;
    }

    private static void header(ProducerRecord<?, ?> record, String name, String value) {
        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
