package io.github.tidewaiter.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.github.tidewaiter.schemas.model.Item;
import io.github.tidewaiter.schemas.model.Money;
import io.github.tidewaiter.schemas.model.Party;
import io.github.tidewaiter.schemas.model.TransferEvent;
import io.github.tidewaiter.schemas.model.Verdict;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** The cases of ../conformance, which the helpers in every language pass, and the SDK of CloudEvents on our records. */
class ConformanceTest {
    @TestFactory
    Stream<DynamicTest> aTransferIsSentOrItsFaultIsNamed() {
        JsonNode told = cases("transfers");
        String source = told.get("source").asString();
        Instant time = Instant.parse(told.get("time").asString());
        return each(told.get("cases"), one -> {
            byte[] json = Contract.JSON.writeValueAsBytes(one.get("transfer"));
            if (one.get("wrong").isNull()) {
                isSent(TransferRecords.of("transfers", json, source, time), one.get("transfer"), told);
                TransferEvent model = Contract.JSON.readValue(json, TransferEvent.class);
                isSent(TransferRecords.of("transfers", model, source, time), withoutNulls(one.get("transfer")), told);
            } else {
                String wrong = one.get("wrong").asString();
                String message = assertThrows(
                                IllegalArgumentException.class,
                                () -> TransferRecords.of("transfers", json, source, time))
                        .getMessage();
                assertTrue(message.lines().anyMatch(line -> line.startsWith(wrong + ":")), message);
            }
        });
    }

    private static void isSent(ProducerRecord<String, byte[]> record, JsonNode transfer, JsonNode told) {
        String id = transfer.get("id").asString();
        assertEquals(id, record.key());
        assertSame(transfer, Contract.JSON.readTree(record.value()));
        CloudEvent event =
                KafkaMessageFactory.createReader(record.headers(), record.value()).toEvent();
        assertEquals(id, event.getId());
        assertEquals(TransferRecords.TYPE, event.getType());
        assertEquals(told.get("source").asString(), event.getSource().toString());
        assertEquals(OffsetDateTime.parse(told.get("time").asString()), event.getTime());
        assertEquals("application/json", event.getDataContentType());
    }

    /** Compare as the worker reads it: a number in quotes is the number, and a time may write its seconds or not. */
    private static void assertSame(JsonNode expected, JsonNode actual) {
        if (expected.isObject()) {
            assertEquals(List.copyOf(expected.propertyNames()).stream().sorted().toList(),
                    List.copyOf(actual.propertyNames()).stream().sorted().toList());
            expected.properties().forEach(each -> assertSame(each.getValue(), actual.get(each.getKey())));
        } else if (expected.isArray()) {
            assertEquals(expected.size(), actual.size());
            for (int at = 0; at < expected.size(); at++) {
                assertSame(expected.get(at), actual.get(at));
            }
        } else if (actual.isNumber()) {
            assertEquals(0, new BigDecimal(expected.asString()).compareTo(actual.decimalValue()));
        } else if (expected.isString() && expected.asString().matches("\\d{4}-\\d\\d-\\d\\dT.*")) {
            assertEquals(OffsetDateTime.parse(expected.asString()), OffsetDateTime.parse(actual.asString()));
        } else {
            assertEquals(expected, actual);
        }
    }

    private static JsonNode withoutNulls(JsonNode node) {
        return Contract.JSON.readTree(Contract.JSON.writeValueAsString(node).replaceAll("\"[a-z_]+\":null,?", ""));
    }

    @Test
    void aTransferThatIsBuiltInJavaKeepsItsOffsetAndItsDigits() {
        TransferEvent transfer = new TransferEvent()
                .withId("SO-118")
                .withOccurredAt(OffsetDateTime.parse("2026-11-02T09:00:00+01:00"))
                .withKind("sale")
                .withParties(List.of(new Party().withRole("transferee").withName("Ri Je Son")))
                .withItems(List.of(new Item()
                        .withDescription("wine")
                        .withValue(new Money().withAmount(new BigDecimal("1000.10")).withCurrency("EUR"))));
        byte[] value = TransferRecords.of("transfers", transfer, "/erp").value();
        assertEquals(
                "{\"id\":\"SO-118\",\"occurred_at\":\"2026-11-02T09:00:00+01:00\",\"kind\":\"sale\","
                        + "\"parties\":[{\"role\":\"transferee\",\"name\":\"Ri Je Son\"}],\"items\":[{\"description\":"
                        + "\"wine\",\"value\":{\"amount\":1000.10,\"currency\":\"EUR\"}}]}",
                new String(value, StandardCharsets.UTF_8));
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> TransferRecords.of("transfers", transfer.withKind(null), "/erp"))
                .getMessage();
        assertTrue(message.contains("/kind: "), message);
        assertThrows(
                IllegalArgumentException.class,
                () -> TransferRecords.of("transfers", transfer.withKind("sale"), "our erp"));
    }

    @TestFactory
    Stream<DynamicTest> aVerdictIsInForceOrNot() {
        return each(cases("in-force"), one -> {
            VerdictsInForce tracker = new VerdictsInForce();
            for (JsonNode step : one.get("steps")) {
                Verdict verdict = VerdictsInForce.read(Contract.JSON.writeValueAsBytes(step.get("verdict")));
                RecordHeaders headers = new RecordHeaders();
                step.get("headers").forEach(header -> headers.add(
                        header.get(0).asString(), header.get(1).asString().getBytes(StandardCharsets.UTF_8)));
                assertEquals(
                        step.get("in_force").asBoolean(), tracker.take(verdict, headers).isPresent());
            }
            Map<String, List<String>> state = new LinkedHashMap<>();
            one.get("state").properties().forEach(transfer -> {
                List<String> ids = new ArrayList<>();
                transfer.getValue().forEach(id -> ids.add(id.asString()));
                state.put(transfer.getKey(), ids);
            });
            assertEquals(state, tracker.state());
            assertEquals(state, VerdictsInForce.restore(state).state());
        });
    }

    @Test
    void aStateThatIsNoneIsRefused() {
        for (List<String> ids : List.of(
                List.<String>of(), List.of("no id"), List.of("fa04cb56-34e9-57b3-9869-a9a61d453835 no place"))) {
            assertThrows(IllegalArgumentException.class, () -> VerdictsInForce.restore(Map.of("t", ids)));
        }
    }

    @TestFactory
    Stream<DynamicTest> aVerifierTellsWhatIsWrong() {
        return each(cases("chains"), one -> {
            Verifier verifier = new Verifier(one.get("keys").asString());
            List<String> problems = new ArrayList<>();
            one.get("problems").forEach(problem -> problems.add(problem.asString()));
            for (JsonNode record : one.get("records")) {
                RecordHeaders headers = new RecordHeaders();
                record.get("headers").forEach(header -> headers.add(
                        header.get(0).asString(),
                        header.get(1).isNull() ? null : header.get(1).asString().getBytes(StandardCharsets.UTF_8)));
                byte[] value = record.get("value").asString().getBytes(StandardCharsets.UTF_8);
                verifier.take(value, headers);
                // A verdict of the worker is read whole, and what is in it is not left out.
                Verdict verdict = VerdictsInForce.read(value);
                assertFalse(verdict.getEngine().isEmpty());
                assertTrue(verdict.getFindings().stream().allMatch(finding -> finding.getEffect() != null));
            }
            assertEquals(problems, verifier.problems());
        });
    }

    @Test
    void keysThatAreNoneAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Verifier("nonsense"));
    }

    private interface Check {
        void of(JsonNode one);
    }

    private static Stream<DynamicTest> each(JsonNode cases, Check check) {
        return StreamSupport.stream(cases.spliterator(), false)
                .map(one -> DynamicTest.dynamicTest(one.get("name").asString(), () -> check.of(one)));
    }

    private static JsonNode cases(String name) {
        return Contract.JSON.readTree(Path.of("..", "conformance", name + ".json").toFile());
    }
}
