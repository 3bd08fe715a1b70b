package io.taustream.teacher;

final class TeacherCards {
  private TeacherCards() {}

  static CardFields stated(ModelFile model) {
    return CardFields.none("the card");
  }

  static CardFields metadata(ModelFile model, ModelDescription d) {
    return CardFields.none("the model's metadata");
  }
}
