import Networks
import Pictures

extension Picture.Filter {
  /// The filter that a model's preprocessing names.
  package init(_ interpolation: Preprocessing.Interpolation) {
    self =
      switch interpolation {
      case .bicubic: .bicubic
      case .bilinear: .bilinear
      }
  }
}
