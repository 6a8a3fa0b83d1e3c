import Analysis
import Wording

extension FieldResults {
  /// `200 photographs, protocol crop`, or `16 pictures of Gaussian noise`.
  var pictures: String {
    shown == .noise
      ? "\(counted(images, "picture")) of Gaussian noise"
      : "\(counted(images, "photograph")), protocol \(self.protocol ?? "")"
  }

  /// What every figure of fields says below itself.
  var caption: [String] {
    ["\(visible(model)) · \(input[0]) × \(input[1]) pixels."]
      + (unfinished.map { [$0.sentence] } ?? [])
  }
}
