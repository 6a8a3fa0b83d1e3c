import Files
import Foundation
import Pictures
import SystemPackage
import Wording

/// Finds the photographs that the names in a file of boxes mean, as the file is read.
///
/// Only boxes of names that may be a photograph's are kept.
struct BoxMatching {
  private typealias Name = [UInt8]

  private let photographs: [FilePath]
  /// The bytes of the whole path of each photograph.
  private let wholes: [Name]
  /// The photographs of a file name, with and without its extension.
  private var places: [Name: [Int]] = [:]
  /// The boxes under the names that the file gives them, in its order.
  private var found: [Name: [Box]] = [:]
  private var firstName: Name?

  init(_ photographs: [FilePath]) {
    self.photographs = photographs
    let here = FilePath(FileManager.default.currentDirectoryPath)
    wholes = photographs.map { here.pushing($0).withoutDetours().bytes }
    for (index, whole) in wholes.enumerated() {
      let last = Name(Self.lastComponent(whole))
      places[last, default: []].append(index)
      let stem = Name(Self.withoutExtension(last[...]))
      if stem != last { places[stem, default: []].append(index) }
    }
  }

  /// Whether a photograph may be meant by a name, so that its boxes have to be added.
  func mayMean(_ name: some Collection<UInt8>) -> Bool {
    places[Name(Self.lastComponent(Name(name)))] != nil
  }

  /// Adds a box under the name that its file gives the photograph.
  mutating func add(_ name: [UInt8], _ box: Box) {
    var name = name[...]
    while name.starts(with: "./".utf8) { name = name.dropFirst(2) }
    if firstName == nil { firstName = Name(name) }
    guard mayMean(name) else { return }
    found[Name(name), default: []].append(box)
  }

  /// Each photograph's box.
  ///
  /// - Throws: `StimulusError.boxes` if the longest name that fits a photograph fits another too that no
  ///   longer one fits, or if none fits any.
  func boxes(path: String, choice: BoxChoice) throws(StimulusError) -> [FilePath: Box] {
    var owners: [Name: Int] = [:]
    var boxes: [FilePath: Box] = [:]
    for (index, whole) in wholes.enumerated() {
      guard let name = longestName(of: whole) else { continue }
      if let other = owners.updateValue(index, forKey: name) {
        throw .boxes(
          path: path, line: nil,
          reason: "\(BoxFile.quoted(name)) may be \(photographs[other].text) or"
            + " \(photographs[index].text); name the folders that tell them apart")
      }
      boxes[photographs[index]] = choice.box(of: found[name] ?? [])
    }
    guard !boxes.isEmpty else {
      let first = firstName.map { "; its first box is of \(BoxFile.quoted($0))" } ?? ", and no box"
      throw .boxes(
        path: path, line: nil,
        reason: "names none of \(counted(photographs.count, "photograph"))\(first)")
    }
    return boxes
  }

  /// The longest name that a path is, or ends in behind a slash, the extension aside that it may lack.
  private func longestName(of whole: Name) -> Name? {
    var tail = whole[...]
    while true {
      for name in [Name(tail), Name(Self.withoutExtension(tail))] where found[name] != nil {
        return name
      }
      guard let slash = tail.firstIndex(of: Self.slash) else { return nil }
      tail = tail[(slash + 1)...]
    }
  }

  private static let slash = UInt8(ascii: "/")

  private static func lastComponent(_ path: Name) -> ArraySlice<UInt8> {
    path.lastIndex(of: slash).map { path[($0 + 1)...] } ?? path[...]
  }

  private static func withoutExtension(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let dot = path.lastIndex(of: UInt8(ascii: ".")), dot > path.startIndex,
      !path[dot...].contains(slash)
    else { return path }
    return path[..<dot]
  }
}
