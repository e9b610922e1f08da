package io.github.tidewaiter.schemas;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.github.tidewaiter.schemas.model.TransferEvent;
import io.github.tidewaiter.schemas.model.Verdict;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A producer and a consumer with kafka-clients, which the tests run on Apache Kafka.
 *
 * <pre>
 * document BROKER TOPIC FILE: sends a document as it is
 * produce BROKER TOPIC: sends the transfers of standard input, a line each, by the helper and by the SDK
 * consume BROKER TOPIC COUNT PUBLIC_KEY: prints verdicts in force, a line each, and the problems
 * </pre>
 */
final class KafkaClient {
    public static void main(String[] arguments) throws Exception {
        String broker = arguments[1], topic = arguments[2];
        switch (arguments[0]) {
            case "document" -> document(broker, topic, Files.readAllBytes(Path.of(arguments[3])));
            case "produce" -> produce(broker, topic);
            default -> consume(broker, topic, Integer.parseInt(arguments[3]), Files.readString(Path.of(arguments[4])));
        }
    }

    private static void document(String broker, String topic, byte[] document) throws Exception {
        try (KafkaProducer<String, byte[]> producer = producer(broker)) {
            producer.send(new ProducerRecord<>(topic, document)).get();
        }
    }

    private static void produce(String broker, String topic) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (KafkaProducer<String, byte[]> producer = producer(broker)) {
            for (String line : lines.lines().toList()) {
                TransferEvent transfer = Contract.JSON.readValue(line, TransferEvent.class);
                producer.send(TransferRecords.of(topic, transfer, "/helper")).get();
                producer.send(bySdk(topic, transfer.withId(transfer.getId() + "-sdk"))).get();
            }
        }
    }

    private static ProducerRecord<String, byte[]> bySdk(String topic, TransferEvent transfer) {
        CloudEvent event = CloudEventBuilder.v1()
                .withId(transfer.getId())
                .withType(TransferRecords.TYPE)
                .withSource(URI.create("/sdk"))
                .withData("application/json", Contract.JSON.writeValueAsBytes(transfer))
                .build();
        return KafkaMessageFactory.<String>createWriter(topic, transfer.getId()).writeBinary(event);
    }

    private static void consume(String broker, String topic, int count, String publicKey) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", broker, "group.id", "java-tests", "auto.offset.reset", "earliest");
        VerdictsInForce inForce = new VerdictsInForce();
        Verifier verifier = new Verifier(publicKey);
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (count > 0) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    verifier.take(record.value(), record.headers());
                    Verdict verdict = inForce.take(VerdictsInForce.read(record.value()), record.headers()).orElse(null);
                    if (verdict != null) {
                        count--;
                        print(Map.of("id", verdict.getTransferId(), "decision", verdict.getDecision()));
                    }
                }
            }
        }
        print(Map.of("problems", verifier.problems()));
    }

    private static KafkaProducer<String, byte[]> producer(String broker) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker, "acks", "all"), new StringSerializer(), new ByteArraySerializer());
    }

    private static void print(Object line) {
        System.out.println(Contract.JSON.writeValueAsString(line));
    }
}
