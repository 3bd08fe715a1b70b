package io.taustream.pipeline.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;

/** How records become JSON: snake case, and {@code null} for a number that is not finite. */
final class MetricsJson {
  private MetricsJson() {}

  static JsonMapper mapper() {
    SimpleModule numbers = new SimpleModule("finite-numbers");
    numbers.addSerializer(double.class, new FiniteSerializer());
    numbers.addSerializer(Double.class, new FiniteSerializer());
    numbers.addDeserializer(double.class, new FiniteDeserializer());
    numbers.addDeserializer(Double.class, new FiniteDeserializer());
    return JsonMapper.builder()
        .addModule(numbers)
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        // A log of a later version may say more.
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .build();
  }

  private static final class FiniteSerializer extends StdSerializer<Double> {
    private static final long serialVersionUID = 1L;

    FiniteSerializer() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (Double.isFinite(value)) {
        json.writeNumber(value);
      } else {
        json.writeNull();
      }
    }
  }

  private static final class FiniteDeserializer extends StdDeserializer<Double> {
    private static final long serialVersionUID = 1L;

    FiniteDeserializer() {
      super(double.class);
    }

    @Override
    public Double deserialize(JsonParser json, DeserializationContext context) throws IOException {
      return json.getDoubleValue();
    }

    // A field that is missing counts as null too.
    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
