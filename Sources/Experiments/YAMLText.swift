import CYaml
import Foundation
import Networks
import Observing
import Pictures
import Wording
import Yams

/// YAML as it comes from outside: bounded before a tree is made of it.
///
/// Yams makes a tree with aliases as values, and hashes a mapping's keys with all that they lead to: a few
/// hundred bytes of aliases to aliases would take for ever. So libyaml's events, which Yams is made of, are
/// counted first, each alias as often as what it stands for.
enum YAMLText {
  private static let mostBytes = 1 << 20
  /// Scalars and collections, and each 32 bytes of a scalar, aliases resolved.
  private static let mostNodes = 100_000
  private static let deepest = 64

  /// The root of a file's only document.
  ///
  /// - Throws: `ExperimentError` naming the file, and the line where there is one.
  static func root(ofFile path: String) throws -> Node {
    let bytes = try fileContents(path)
    guard bytes.count <= mostBytes, let text = String(validating: bytes, as: UTF8.self) else {
      throw ExperimentError.failure("\(path): not a YAML text of less than 1 MB")
    }
    try check(bytes, path)
    do {
      guard let root = try Yams.compose(yaml: text) else {
        throw ExperimentError.failure("\(path): is empty")
      }
      return root
    } catch let error as YamlError {
      throw ExperimentError.failure(path + explanation(of: error, in: text))
    }
  }

  // MARK: Bounds

  /// What a node, or an alias to it, amounts to.
  private struct Extent {
    var nodes = 1
    var height = 1
    var anchor: String?

    mutating func add(_ other: Extent) {
      nodes += other.nodes
      height = max(height, other.height + 1)
    }
  }

  /// Refuses what is too deep or too large; what is no YAML is left to Yams, which says where.
  private static func check(_ bytes: [UInt8], _ path: String) throws {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { return }
    defer { yaml_parser_delete(&parser) }
    try bytes.withUnsafeBufferPointer { buffer in
      yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      var anchors: [String: Extent] = [:]
      var open: [Extent] = [Extent()]
      while true {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else { return }
        defer { yaml_event_delete(&event) }
        let line = event.start_mark.line + 1
        func close(_ node: Extent) {
          if let anchor = node.anchor { anchors[anchor] = node }
          open[open.count - 1].add(node)
        }
        switch event.type {
        case YAML_STREAM_END_EVENT: return
        case YAML_ALIAS_EVENT:
          var node = name(event.data.alias.anchor).flatMap { anchors[$0] } ?? Extent()
          node.anchor = nil
          close(node)
        case YAML_SCALAR_EVENT:
          close(
            Extent(
              nodes: 1 + event.data.scalar.length / 32, anchor: name(event.data.scalar.anchor)))
        case YAML_SEQUENCE_START_EVENT:
          open.append(Extent(anchor: name(event.data.sequence_start.anchor)))
        case YAML_MAPPING_START_EVENT:
          open.append(Extent(anchor: name(event.data.mapping_start.anchor)))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
          if open.count > 1 { close(open.removeLast()) }
        default: break
        }
        let height = open.indices.map { $0 + open[$0].height }.max() ?? 0
        guard height <= deepest + 1, open.allSatisfy({ $0.nodes <= mostNodes }) else {
          throw ExperimentError.failure(
            "\(path):\(line): more than \(deepest) levels or \(mostNodes) values, aliases resolved")
        }
      }
    }
  }

  private static func name(_ anchor: UnsafeMutablePointer<UInt8>?) -> String? {
    anchor.map { String(cString: $0) }
  }

  // MARK: Errors

  /// The line and what is wrong there, to go behind the file's name.
  private static func explanation(of error: YamlError, in text: String) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let line = lines.indices.contains(mark.line - 1) ? lines[mark.line - 1] : ""
      let isTab =
        line.prefix { $0 == " " || $0 == "\t" }.contains("\t")
        || line.unicodeScalars.dropFirst(mark.column - 1).first == "\t"
      return ":\(mark.line): "
        + (isTab ? "a tab stands where YAML takes spaces only" : abbreviated(problem))
    case .duplicatedKeysInMapping(let keys, let context):
      return ":\(context.mark.line): '\(abbreviated(keys.first ?? ""))' is given twice"
    default:
      return ": "
        + abbreviated(
          String(String(describing: error).prefix { !$0.isNewline }))
    }
  }
}
