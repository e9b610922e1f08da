package io.github.tidewaiter.schemas;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;

/** How the contract is read and written as JSON, and the schema of transfers. */
final class Contract {
    // A time keeps the offset that it was given: it tells on which day something happened.
    static final JsonMapper JSON = JsonMapper.builder()
            .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .disable(DateTimeFeature.WRITE_DATES_WITH_CONTEXT_TIME_ZONE)
            .build();

    private static final Schema TRANSFER = transferSchema();

    private Contract() {}

    /** Return what is wrong with a transfer, a line for each field; nothing for one that keeps the schema. */
    static List<String> problems(JsonNode transfer) {
        List<Error> errors = TRANSFER.validate(
                transfer, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
        return errors.stream().map(Contract::line).toList();
    }

    private static String line(Error error) {
        String field = error.getProperty() == null ? "" : "/" + error.getProperty();
        return error.getInstanceLocation() + field + ": " + error.getMessage();
    }

    private static Schema transferSchema() {
        try (InputStream stream = Contract.class.getResourceAsStream("transfer.schema.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(JSON.readTree(stream));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
