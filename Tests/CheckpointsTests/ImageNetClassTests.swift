import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("ImageNet's classes")
struct ImageNetClassTests {
  @Test("are a thousand different WordNet ids, sorted, with a thousand different names")
  func ids() throws {
    let ids = ImageNetClasses.ids
    #expect(ids.count == 1000 && Set(ids).count == 1000)
    #expect(ids == ids.sorted())
    #expect(ids.allSatisfy { $0.wholeMatch(of: /n[0-9]{8}/) != nil })
    #expect(Set(ids.map(ImageNetClasses.name)).count == 1000)
    #expect(ImageNetClasses.name(of: "n00000000") == nil)
  }

  /// Indices as torchvision's documentation and its many examples have them.
  @Test(
    "are in the order of PyTorch's networks",
    arguments: [
      (0, "n01440764", "tench"), (1, "n01443537", "goldfish"),
      (207, "n02099601", "golden retriever"), (281, "n02123045", "tabby"),
      (517, "n03126707", "crane (machine)"), (999, "n15075141", "toilet tissue"),
    ])
  func order(_ index: Int, _ id: String, _ name: String) {
    #expect(ImageNetClasses.ids[index] == id)
    #expect(ImageNetClasses.name(of: id) == name)
  }

  @Test("are called as the sample photographs are")
  func samples() throws {
    let folder = Fixtures.repository.appending(path: "Experiments/samples").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".JPEG") }
    #expect(files.count == 16)
    for file in files {
      let parts = file.dropLast(5).split(separator: "_", maxSplits: 1).map(String.init)
      #expect(ImageNetClasses.name(of: parts[0]) == parts[1].replacing("_", with: " "))
    }
  }

  @Test(
    "are those of published PyTorch networks, and not of the Caffe ones, whose order is unknown")
  func published() throws {
    for network in PublishedNetwork.pytorch {
      #expect(try network.model().classes == ImageNetClasses.ids, "\(network)")
    }
    for network in PublishedNetwork.caffe {
      let model = try network.model()
      #expect(model.architecture.classes == 1000 && model.classes == nil, "\(network)")
    }
    let bundled = try #require(try Model(contentsOfFile: Fixtures.bundledModel).classes)
    #expect(bundled.count == 200 && bundled.allSatisfy { ImageNetClasses.name(of: $0) != nil })
  }
}
