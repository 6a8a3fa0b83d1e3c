import Pictures
import Testing
import TrainingData

@Suite("A data set")
struct DataSetTests {
  private func files(_ pictures: LabelledPictures, in data: MadeUpData) -> [String] {
    pictures.items.map { String($0.name.dropFirst(data.path.count + 1)) }
  }

  @Test("of folders has a class for each, in the order of their names")
  func folders() throws {
    let data = try MadeUpData()
    try data.writeFolders("train/", classes: ["owl", "fox"], count: 3)
    try data.writeFolders("val/", classes: ["owl", "fox"], count: 1)
    try data.write("not a picture", "train/fox/notes.txt")
    try data.write(MadeUpData.picture(9).pngData(), "train/fox/more/deeper.PNG")
    try data.folder("train/.hidden")
    let sets = try TrainingSets(folder: data.path, seed: 1)
    #expect(sets.layout == .folders)
    #expect(sets.training.classes == ["fox", "owl"])
    #expect(
      files(sets.training, in: data)
        == ["more/deeper.PNG", "picture0.png", "picture1.png", "picture2.png"].map {
          "train/fox/" + $0
        } + (0..<3).map { "train/owl/picture\($0).png" })
    #expect(sets.training.items.map(\.classIndex) == [0, 0, 0, 0, 1, 1, 1])
    #expect(sets.validation?.items.map(\.classIndex) == [0, 1])
    #expect(try sets.training.picture(1) == MadeUpData.picture(10))
  }

  @Test("without validation pictures holds out a share of each class, the same for the same seed")
  func heldOut() throws {
    let data = try MadeUpData()
    try data.writeFolders("", classes: ["a", "b"], count: 20)
    let sets = try TrainingSets(folder: data.path, seed: 1)
    let validation = try #require(sets.validation)
    #expect(validation.items.map(\.classIndex) == [0, 0, 1, 1])
    #expect(sets.training.count == 36)
    let names = Set(sets.training.items.map(\.name) + validation.items.map(\.name))
    #expect(names.count == 40)
    let again = try TrainingSets(folder: data.path, seed: 1)
    #expect(again.validation?.items.map(\.name) == validation.items.map(\.name))
    let other = try TrainingSets(folder: data.path, seed: 2)
    #expect(other.validation?.items.map(\.name) != validation.items.map(\.name))
    let none = try TrainingSets(
      folder: data.path, selection: DataSelection(heldOut: 0), seed: 1)
    #expect(none.validation == nil && none.training.count == 40)
  }

  @Test("is narrowed to classes in the order given, and to so many pictures of each")
  func selection() throws {
    let data = try MadeUpData()
    try data.writeFolders("train/", classes: ["a", "b", "c"], count: 6)
    try data.folder("train/empty")
    try data.writeFolders("val/", classes: ["a", "b", "c", "empty"], count: 2)
    let selection = DataSelection(classes: ["c", "a"], perClass: 4)
    let sets = try TrainingSets(folder: data.path, selection: selection, seed: 5)
    #expect(sets.training.classes == ["c", "a"])
    #expect(sets.training.items.count { $0.classIndex == 0 } == 4)
    #expect(sets.training.count == 8)
    #expect(
      sets.training.items.allSatisfy { $0.name.contains($0.classIndex == 0 ? "/c/" : "/a/") })
    #expect(sets.validation?.count == 4)
  }

  @Test("of Tiny ImageNet takes validation classes from the list")
  func tinyImageNet() throws {
    let data = try MadeUpData()
    for (index, wnid) in ["n02", "n01"].enumerated() {
      for number in 0..<2 {
        try data.write(
          MadeUpData.picture(index * 2 + number).pngData(), "train/\(wnid)/images/\(number).PNG")
      }
      try data.write("0.PNG\t0\t0\t1\t1\n", "train/\(wnid)/\(wnid)_boxes.txt")
    }
    try data.write(
      "val_0.PNG\tn02\t0\t0\t4\t4\r\nval_1.PNG\tn01\t0\t0\t4\t4\r\n", "val/val_annotations.txt")
    for number in 0..<2 {
      try data.write(MadeUpData.picture(50 + number).pngData(), "val/images/val_\(number).PNG")
    }
    let sets = try TrainingSets(folder: data.path, seed: 1)
    #expect(sets.layout == .tinyImageNet)
    #expect(sets.training.classes == ["n01", "n02"])
    let validation = try #require(sets.validation)
    #expect(validation.items.map(\.classIndex) == [1, 0])
    #expect(try validation.picture(0) == MadeUpData.picture(50))
  }

  @Test("of CIFAR-10 and CIFAR-100 has their records, planes joined to pixels")
  func cifar() throws {
    let ten = try MadeUpData()
    try ten.writeCIFAR10()
    let sets = try TrainingSets(folder: ten.path, seed: 1)
    #expect(sets.layout == .cifar10)
    #expect(sets.training.classes[3] == "name3")
    #expect(sets.training.items.map(\.classIndex) == (0..<40).map { $0 % 10 })
    #expect(sets.validation?.items.map(\.classIndex) == (0..<10).map { 9 - $0 })
    let picture = try sets.training.picture(21)
    #expect(picture.width == 32 && picture.height == 32)
    // Record 1 of batch 2: level i of a plane is i + 5 · 201, plane c begins at 1,024 · c.
    for (i, c) in [(0, 0), (77, 1), (1023, 2)] {
      #expect(
        picture.pixels[3 * i + c] == UInt8(truncatingIfNeeded: 1024 * c + i + 5 * 201))
    }
    let hundred = try MadeUpData()
    try hundred.writeCIFAR100()
    let fine = try TrainingSets(folder: hundred.path, seed: 1)
    #expect(fine.layout == .cifar100)
    #expect(fine.training.items.map(\.classIndex) == Array(0..<100))
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var selection = DataSelection()
    var phrase: String
    var make: @Sendable (MadeUpData) throws -> Void

    init(
      _ name: String, _ phrase: String, selection: DataSelection = DataSelection(),
      _ make: @escaping @Sendable (MadeUpData) throws -> Void
    ) {
      testDescription = name
      self.phrase = phrase
      self.selection = selection
      self.make = make
    }
  }

  private static let faults: [Fault] = [
    Fault("nothing", "neither a folder for each class nor the files of CIFAR") { _ in },
    Fault("one class", "holds one class, 'a'") {
      try $0.writeFolders("", classes: ["a"], count: 3)
    },
    Fault("an empty class", "'b' has no pictures to learn from") {
      try $0.writeFolders("", classes: ["a", "c"], count: 3)
      try $0.folder("b")
    },
    Fault("two empty classes", "'b' and 1 more have no pictures to learn from") {
      try $0.writeFolders("", classes: ["a", "c"], count: 3)
      try $0.folder("b")
      try $0.folder("d")
    },
    Fault("a class to validate with alone", "'c' is not among those of the training pictures") {
      try $0.writeFolders("train/", classes: ["a", "b"], count: 3)
      try $0.writeFolders("val/", classes: ["a", "b", "c"], count: 3)
    },
    Fault("a class to learn alone", "'b' of the training pictures is missing here") {
      try $0.writeFolders("train/", classes: ["a", "b"], count: 3)
      try $0.writeFolders("val/", classes: ["a"], count: 3)
    },
    Fault("a list with a strange class", "'x' is not among those of the training pictures") {
      try $0.writeFolders("train/", classes: ["a", "b"], count: 3)
      try $0.write("1.png\ta\n2.png\tb\n3.png\tx\n", "val/val_annotations.txt")
    },
    Fault(
      "an unknown class chosen", "has no class 'z'",
      selection: DataSelection(classes: ["a", "z"])
    ) { try $0.writeFolders("", classes: ["a", "b"], count: 3) },
    Fault(
      "a class chosen twice", "different classes", selection: DataSelection(classes: ["a", "a"])
    ) { try $0.writeFolders("", classes: ["a", "b"], count: 3) },
    Fault(
      "a label beyond the classes", "data_batch_2.bin: record 1: its label is 10, expected 0 to 9"
    ) {
      try $0.writeCIFAR10()
      try $0.write(
        MadeUpData.record(labels: [9], number: 0) + MadeUpData.record(labels: [10], number: 1),
        "data_batch_2.bin")
    },
    Fault(
      "a truncated file", "test_batch.bin: 3072 bytes are not a whole number of records of 3073"
    ) {
      try $0.writeCIFAR10()
      try $0.write([UInt8](repeating: 0, count: 3072), "test_batch.bin")
    },
    Fault("an empty file", "train.bin: 0 bytes are not a whole number of records of 3074") {
      try $0.writeCIFAR100()
      try $0.write([UInt8](), "train.bin")
    },
    Fault("no training file", "data_batch_1.bin: no such file") {
      try $0.writeCIFAR10()
      for batch in 1...2 { try $0.remove("data_batch_\(batch).bin") }
    },
    Fault("no names", "batches.meta.txt: no such file") {
      try $0.writeCIFAR10()
      try $0.remove("batches.meta.txt")
    },
    Fault(
      "too few names", "fine_label_names.txt: expected 100 different names, a line each, found 1"
    ) {
      try $0.writeCIFAR100()
      try $0.write("apple\n", "fine_label_names.txt")
    },
  ]

  @Test("that contradicts itself is refused in one line that says where", arguments: faults)
  func refused(_ fault: Fault) throws {
    let data = try MadeUpData()
    try fault.make(data)
    let error = #expect(throws: DataSetError.self) {
      try TrainingSets(folder: data.path, selection: fault.selection, seed: 1)
    }
    let text = error?.description ?? ""
    #expect(text.contains(fault.phrase), "\(text)")
    #expect(text.hasPrefix(data.path) && !text.contains("\n"))
  }

  @Test("that is not there is named")
  func missing() {
    let error = #expect(throws: DataSetError.self) {
      try TrainingSets(folder: "/nowhere", seed: 1)
    }
    #expect(error?.description == "/nowhere: no such folder")
  }
}
