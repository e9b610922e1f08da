import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.strimzi.api.kafka.model.common.UnknownPropertyPreserving;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a JSON array of KafkaTopic and KafkaUser with Strimzi's own classes, and prints each field and value that they do not know. */
public class Check {
    private static final List<String> WRONG = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        ObjectMapper mapper = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        for (JsonNode document : mapper.readTree(System.in)) {
            String kind = document.get("kind").asText(), name = kind + "/" + document.get("metadata").get("name").asText();
            Class<?> type = kind.equals("KafkaTopic") ? KafkaTopic.class : KafkaUser.class;
            try {
                Object read = mapper.treeToValue(document, type);
                look(name, read, Collections.newSetFromMap(new IdentityHashMap<>()));
            } catch (com.fasterxml.jackson.core.JsonProcessingException error) {
                WRONG.add(name + ": " + error.getOriginalMessage());
            }
        }
        WRONG.forEach(System.out::println);
    }

    private static void look(String place, Object value, Set<Object> seen) throws Exception {
        if (value == null || !seen.add(value)) {
            return;
        }
        if (value instanceof Collection<?> many) {
            for (Object each : many) {
                if (each == null) {
                    WRONG.add(place + ": a value is not known"); // an operation that is none is read as nothing
                }
                look(place, each, seen);
            }
        } else if (value.getClass().getName().startsWith("io.strimzi.")) {
            if (value instanceof UnknownPropertyPreserving of && of.getAdditionalProperties() != null) {
                of.getAdditionalProperties().keySet().forEach(each -> WRONG.add(place + ": no field " + each));
            }
            for (Method method : value.getClass().getMethods()) {
                if (method.getName().startsWith("get") && method.getParameterCount() == 0
                        && !Map.class.isAssignableFrom(method.getReturnType())) {
                    look(place + "." + method.getName().substring(3), method.invoke(value), seen);
                }
            }
        }
    }
}
