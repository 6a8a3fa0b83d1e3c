import Analysis
import Figures
import Foundation
import Networks
import Testing

@Suite("The caption of a run")
struct CaptionTests {
  /// A run of 16 photographs of which some have too few pixels.
  private func caption(used: Int, undersampled: Int, isConfounded: Bool) throws -> String {
    let architecture = String(
      decoding: try JSONEncoder().encode(try Catalogue.entry(named: "sknet26").architecture),
      as: UTF8.self)
    let document = """
      {"formatVersion": 1, "seed": 7, "precision": "f32", "protocol": "crop", "scales": [1, 2],
      "model": {"name": "sknet26", "sha256": "", "architecture": \(architecture)}, "images": 16,
      "headline": {"images": \(used), "undersampled": \(undersampled),
      "isConfounded": \(isConfounded)}, "measure": "attentionDifference",
      "failed": [], "units": [], "stages": [], "classes": [], "accuracy": []}
      """
    let results = try JSONDecoder().decode(ZoomResults.self, from: Data(document.utf8))
    return RunCaption(results: results).notes.joined(separator: " ")
  }

  @Test("says how many photographs were left out")
  func leftOut() throws {
    let caption = try caption(used: 12, undersampled: 4, isConfounded: false)
    #expect(caption.contains("Left out: 4 photographs"))
    #expect(!caption.contains("confounds"))
  }

  @Test(
    "does not say that photographs were left out which were used",
    arguments: [(4, "4 of the 16"), (16, "16 of the 16"), (1, "1 of the 16")])
  func confounded(_ example: (undersampled: Int, words: String)) throws {
    let caption = try caption(used: 16, undersampled: example.undersampled, isConfounded: true)
    #expect(!caption.contains("Left out") && !caption.contains("Every"))
    #expect(caption.contains("\(example.words) photographs"))
    #expect(caption.contains("sharpness confounds size"))
  }

  @Test("is silent where there is nothing to warn of")
  func nothing() throws {
    let caption = try caption(used: 16, undersampled: 0, isConfounded: false)
    #expect(!caption.contains("source pixels"))
  }
}
