import Files
import Pictures
import Randomness
import Stimuli
import SystemPackage

/// Pictures with their classes: what a network learns from or is judged by.
///
/// A value: the pictures lie in their files until they are kept, and what `picture(_:)` gives does not
/// depend on which are.
public struct LabelledPictures: Sendable {
  /// One picture and its class.
  public struct Item: Sendable {
    /// What it is called: its path as text, or its file and record.
    public let name: String
    /// Its file, if it has one to itself.
    public let file: FilePath?
    /// Its class's place among `classes`.
    public let classIndex: Int
    var content: Content

    /// A picture in a file of its own.
    init(file: FilePath, classIndex: Int) {
      self.init(name: file.text, file: file, classIndex: classIndex, content: .file(file))
    }

    /// A picture in a file of many.
    init(record: String, classIndex: Int, pixels: Picture) {
      self.init(name: record, file: nil, classIndex: classIndex, content: .pixels(pixels))
    }

    private init(name: String, file: FilePath?, classIndex: Int, content: Content) {
      self.name = name
      self.file = file
      self.classIndex = classIndex
      self.content = content
    }

    /// The same picture as one of another class.
    func classified(as classIndex: Int) -> Item {
      Item(name: name, file: file, classIndex: classIndex, content: content)
    }

    /// The pixels, if they are in memory.
    public var kept: Picture? {
      if case .pixels(let picture) = content { return picture }
      return nil
    }
  }

  enum Content: Sendable {
    case file(FilePath)
    case pixels(Picture)
    case broken(PictureError)
  }

  /// Ids of the classes in the order of the network's outputs.
  public let classes: [String]
  /// The pictures, class by class or as their files have them.
  public private(set) var items: [Item]
  /// Which pictures are decoded at all; the others count as broken.
  public var limits = DecodingLimits()

  init(classes: [String], items: [Item]) {
    self.classes = classes
    self.items = items
  }

  /// Number of pictures, broken ones included.
  public var count: Int { items.count }

  /// A picture, from memory or its file.
  ///
  /// - Throws: `PictureError` if the file is missing or damaged.
  public func picture(_ index: Int) throws(PictureError) -> Picture {
    switch items[index].content {
    case .file(let file): try Picture(contentsOf: file, limits: limits)
    case .pixels(let picture): picture
    case .broken(let error): throw error
    }
  }

  /// Keeps what `picture(_:)` gave or threw, so that the file is not read again.
  public mutating func keep(_ outcome: Result<Picture, PictureError>, at index: Int) {
    items[index].content =
      switch outcome {
      case .success(let picture): .pixels(picture)
      case .failure(let error): .broken(error)
      }
  }
}

// MARK: Choosing

extension LabelledPictures {
  /// The pictures of some classes, in these classes' order.
  func restricted(to chosen: [String]) -> LabelledPictures {
    let places = Dictionary(
      chosen.enumerated().map { (ExactText($1), $0) }, uniquingKeysWith: { first, _ in first })
    return LabelledPictures(
      classes: chosen,
      items: items.compactMap { item in
        places[ExactText(classes[item.classIndex])].map(item.classified)
      })
  }

  /// Takes a number of each class out at random, and says what was taken and what is left.
  ///
  /// - Parameters:
  ///   - seed: Of the choice, together with the class's id.
  ///   - purpose: Tells two choices of one seed apart.
  ///   - number: How many of a class of so many pictures.
  /// - Returns: Both parts in the order of the whole.
  func split(
    seed: UInt64, purpose: String, number: (Int) -> Int
  ) -> (taken: LabelledPictures, left: LabelledPictures) {
    var places = [[Int]](repeating: [], count: classes.count)
    for (index, item) in items.enumerated() { places[item.classIndex].append(index) }
    var isTaken = [Bool](repeating: false, count: count)
    for (classIndex, members) in places.enumerated() {
      var random = SplitMix64(seed: seed, name: "\(purpose)/\(classes[classIndex])")
      let order = random.permutation(of: members.count)
      for place in order.prefix(number(members.count)) { isTaken[members[place]] = true }
    }
    func part(_ wanted: Bool) -> LabelledPictures {
      LabelledPictures(
        classes: classes, items: items.indices.filter { isTaken[$0] == wanted }.map { items[$0] })
    }
    return (part(true), part(false))
  }

  /// The first classes, by order, without a picture.
  var emptyClasses: [String] {
    var counts = [Int](repeating: 0, count: classes.count)
    for item in items { counts[item.classIndex] += 1 }
    return classes.indices.filter { counts[$0] == 0 }.map { classes[$0] }
  }
}
