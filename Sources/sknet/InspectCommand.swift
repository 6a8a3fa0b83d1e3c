import ArgumentParser
import Experiments
import Foundation

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Units, shapes, parameters, multiply-adds and theoretical receptive fields.",
    discussion: """
      Examples:
        sknet inspect sknet50
        sknet inspect model.safetensors --json
      """)

  @Argument(help: "A catalogue name or a .safetensors file.", completion: .file())
  var model: String

  @Option(help: "Side of the input in pixels (default: the model's).")
  var size: Int?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try mappingErrors {
      let inspection = try Inspection(model: model, size: size)
      print(json ? try inspection.json() : inspection.text)
    }
  }
}
