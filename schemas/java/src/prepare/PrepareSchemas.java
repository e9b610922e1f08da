import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Copies JSON Schemas in the terms that jsonschema2pojo knows. It makes an Object of every anyOf, and all optional
 * fields of the contract are an anyOf with null; it makes classes of titles, and every field has one.
 */
public final class PrepareSchemas {
    private static final JsonMapper JSON = new JsonMapper();

    public static void main(String[] arguments) throws IOException {
        Path from = Path.of(arguments[0]), into = Path.of(arguments[1]);
        Files.createDirectories(into);
        for (String name : List.of(arguments).subList(2, arguments.length)) {
            ObjectNode schema = (ObjectNode) JSON.readTree(from.resolve(name + ".schema.json").toFile());
            schema.remove("$id"); // a name and no address: references would be looked for there
            prepare(schema);
            Files.writeString(into.resolve(name + ".json"), JSON.writeValueAsString(schema));
        }
    }

    private static void prepare(JsonNode node) {
        if (node instanceof ArrayNode array) {
            array.forEach(PrepareSchemas::prepare);
        } else if (node instanceof ObjectNode schema) {
            if (schema.get("anyOf") instanceof ArrayNode choices) {
                choose(schema, choices);
            }
            boolean object = schema.path("type").asString("").equals("object");
            if (schema.path("title").isString() && !schema.has("properties") && !schema.has("enum")) {
                schema.remove("title");
            }
            if (object && !schema.has("properties")) {
                JsonNode values = schema.path("additionalProperties");
                if (schema.path("patternProperties").size() == 1) {
                    values = schema.get("patternProperties").iterator().next();
                }
                boolean texts = values.path("type").asString("").equals("string");
                schema.put("existingJavaType", "java.util.Map<String, " + (texts ? "String" : "Object") + ">");
            }
            // A default would be written into each event.
            if (schema.has("type") || schema.has("$ref") || schema.has("existingJavaType")) {
                schema.remove("default");
            }
            schema.forEach(PrepareSchemas::prepare);
        }
    }

    private static void choose(ObjectNode schema, ArrayNode choices) {
        List<ObjectNode> left = new ArrayList<>();
        for (JsonNode choice : choices) {
            if (!choice.path("type").asString("").equals("null")) {
                left.add((ObjectNode) choice);
            }
        }
        // A number may also be written as a text of digits: of several, the first says what it means.
        if (left.size() > 1 && !left.get(0).path("type").asString("").equals("number")) {
            throw new IllegalStateException("cannot tell what the Java type of this is: " + schema);
        }
        schema.remove("anyOf");
        schema.setAll(left.get(0));
    }
}
