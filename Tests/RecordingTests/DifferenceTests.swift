import Recording
import RecordingCrashWriter
import TestSupport
import Testing

@Suite("A run says what another request differs in")
struct DifferenceTests {
  let scratch: ScratchFolder
  let run = MadeUpRun(count: 4)
  let store: RunStore

  init() throws {
    scratch = try ScratchFolder()
    store = try run.begin(in: scratch.path("run"), recording: 1)
  }

  @Test("nothing, for the same request, even by another version of the tool")
  func same() throws {
    var description = run.description
    description.toolVersion = "2"
    // Keys in another order mean the same.
    description.specification = #"{"scales":[1,2],"stimuli":{"seed":1},"protocol":"crop"}"#
    #expect(try store.differences(from: description, images: run.images) == [])
  }

  @Test("the model")
  func model() throws {
    var description = run.description
    description.modelSHA256 = String(repeating: "0", count: 64)
    description.modelName = "other"
    #expect(
      try store.differences(from: description, images: run.images) == [
        "model: made-up (abababab…) was recorded, other (00000000…) is given"
      ])
    description = run.description
    description.architecture = #"{"classes":3}"#
    #expect(
      try store.differences(from: description, images: run.images) == [
        "model: another architecture was recorded"
      ])
  }

  @Test(
    "each key of the specification, by its path",
    arguments: [
      (
        #"{"protocol":"target","scales":[1,2],"stimuli":{"seed":1}}"#,
        ["protocol: crop was recorded, target is given"]
      ),
      (
        #"{"protocol":"crop","scales":[1,1.5],"stimuli":{"seed":7}}"#,
        [
          "scales: [1, 2] was recorded, [1, 1.5] is given",
          "stimuli.seed: 1 was recorded, 7 is given",
        ]
      ),
      (
        #"{"protocol":"crop","scales":[1,2],"stimuli":{"seed":1},"size":64}"#,
        ["size: nothing was recorded, 64 is given"]
      ),
      (
        // What earlier versions did not record.
        #"{"background":"ab","protocol":"crop","scales":[1,2],"stimuli":{"seed":1}}"#, []
      ),
      (
        #"{"protocol":"crop","scales":[1,2],"stimuli":{}}"#,
        ["stimuli.seed: 1 was recorded, nothing is given"]
      ),
    ])
  func specification(_ json: String, _ expected: [String]) throws {
    var description = run.description
    description.specification = json
    #expect(try store.differences(from: description, images: run.images) == expected)
  }

  @Test("photographs that came, went, or changed")
  func photographs() throws {
    var images = run.images
    images[1].sha256 = "changed"
    images.remove(at: 3)
    images.append(RecordedImage(index: 3, path: "new/1.jpg", sha256: "1"))
    images.append(RecordedImage(index: 4, path: "new/2.jpg", sha256: "2"))
    #expect(
      try store.differences(from: run.description, images: images) == [
        "photographs: new/1.jpg and 1 more not in the recorded run",
        "photographs: photographs/1003.jpg recorded but not given",
        "photographs: photographs/1001.jpg changed since",
      ])
  }

  @Test("not what became of photographs that could not be used")
  func repaired() throws {
    let store = try MadeUpRun(count: 8).begin(in: scratch.path("other"), recording: 8)
    var images = MadeUpRun(count: 8).images
    images[6].sha256 = "repaired"
    #expect(try store.differences(from: run.description, images: images) == [])
    try store.renewUnusable(from: images)
    #expect(try store.images()[6].sha256 == "repaired")
    // Read no more: for its size, or its owner's will.
    images[4].sha256 = ""
    images[5].sha256 = "changed"
    let differences = try store.differences(from: run.description, images: images)
    #expect(differences == ["photographs: photographs/1005.jpg changed since"])
  }

  @Test("photographs in another order, whose indices then mean others")
  func order() throws {
    let images = run.images.reversed().enumerated().map { index, image in
      var image = image
      image.index = index
      return image
    }
    let differences = try store.differences(from: run.description, images: images)
    #expect(differences == ["photographs: in another order"])
  }

  @Test("photographs' classes")
  func classes() throws {
    var images = run.images
    images[2].classIndex = 9
    let differences = try store.differences(from: run.description, images: images)
    #expect(differences == ["photographs: photographs/1002.jpg has another class now"])
  }
}
