package io.taustream.pipeline.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The diagnoses of one configuration, each the mean over its seeds, in the shape that the report's
 * script takes; {@link DiagnosisModel} says what the numbers are. Empty where its runs have none.
 *
 * @param cosines for each pair of terms, a curve over the steps
 * @param turnedWrong a curve over the epochs, from 1
 * @param turnedRight likewise
 */
record ComparedDiagnosis(
    List<String> ranks,
    List<Double> even,
    Map<String, List<Double>> early,
    Map<String, List<Double>> late,
    Map<String, CurveModel> cosines,
    CurveModel turnedWrong,
    CurveModel turnedRight) {

  static ComparedDiagnosis of(List<RunReport> runs) {
    List<DiagnosisModel> models = runs.stream().map(DiagnosisModel::of).toList();
    DiagnosisModel ranked =
        models.stream().filter(model -> !model.ranks().isEmpty()).findFirst().orElse(null);
    return new ComparedDiagnosis(
        ranked == null ? List.of() : ranked.ranks(),
        ranked == null ? List.of() : ranked.even(),
        means(models, DiagnosisModel::early),
        means(models, DiagnosisModel::late),
        cosines(models),
        drift(models, DiagnosisModel.Drift::turnedWrong),
        drift(models, DiagnosisModel.Drift::turnedRight));
  }

  private static Map<String, List<Double>> means(
      List<DiagnosisModel> models, Function<DiagnosisModel, Map<String, List<Double>>> shares) {
    Map<String, List<Double>> means = new LinkedHashMap<>();
    for (String term : names(models, shares)) {
      List<List<Double>> found =
          models.stream()
              .map(model -> shares.apply(model).get(term))
              .filter(row -> row != null)
              .toList();
      List<Double> mean = new ArrayList<>();
      for (int i = 0; i < found.get(0).size(); i++) {
        int group = i;
        mean.add(SampleStatistics.of(found.stream().map(row -> row.get(group)).toList()).mean());
      }
      means.put(term, mean);
    }
    return means;
  }

  private static Map<String, CurveModel> cosines(List<DiagnosisModel> models) {
    Map<String, CurveModel> curves = new LinkedHashMap<>();
    for (String pair : names(models, DiagnosisModel::cosines)) {
      CurveModel.Points points = new CurveModel.Points();
      for (DiagnosisModel model : models) {
        List<Double> column = model.cosines().getOrDefault(pair, List.of());
        for (int i = 0; i < column.size(); i++) {
          points.add(model.step().get(i), column.get(i));
        }
      }
      curves.put(pair, points.curve());
    }
    return curves;
  }

  private static CurveModel drift(
      List<DiagnosisModel> models, Function<DiagnosisModel.Drift, List<Double>> shares) {
    CurveModel.Points points = new CurveModel.Points();
    for (DiagnosisModel model : models) {
      List<Double> column = shares.apply(model.drift());
      for (int i = 0; i < column.size(); i++) {
        points.add(model.drift().epoch().get(i) + 1.0, column.get(i));
      }
    }
    return points.curve();
  }

  private static Set<String> names(
      List<DiagnosisModel> models, Function<DiagnosisModel, Map<String, List<Double>>> columns) {
    Set<String> names = new LinkedHashSet<>();
    models.forEach(model -> names.addAll(columns.apply(model).keySet()));
    return names;
  }
}
