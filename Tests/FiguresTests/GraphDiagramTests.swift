import Figures
import Networks
import Testing

@Suite("Diagrams of any network")
struct GraphDiagramTests {
  @Test(
    "have a row for every layer, within the page", arguments: Catalogue.graphEntries.map(\.name))
  func rows(_ name: String) throws {
    guard case .graph(let entry) = try Catalogue.found(named: name) else { return }
    let graph = try entry.graph()
    let summary = try GraphSummary(
      name: name, graph: graph, input: SpatialSize(side: entry.inputSize))
    let rows = GraphRows(graph: graph, summary: summary)
    #expect(rows.rows.reduce(0) { $0 + $1.parameters } <= summary.parameters)
    #expect(rows.rows.reduce(0) { $0 + $1.macs } == summary.macs)
    for (index, row) in rows.rows.enumerated() {
      #expect(row.inputs.allSatisfy { $0 < index }, "\(row.name)")
    }
    // A norm and its function lie in the row of their convolution.
    #expect(!rows.rows.contains { $0.operation == "ReLU6" })
    let figure = try #require(
      GraphDiagram(rows, parameters: summary.parameters, macs: summary.macs))
    let canvas = RecordingCanvas()
    let drawing = figure.drawing(with: try Fonts())
    drawing.draw(canvas)
    #expect(canvas.texts.count > 2 * rows.rows.count)
    for text in canvas.texts {
      #expect((0...drawing.width).contains(text.at.x), "\(text.string)")
      #expect((0...drawing.height).contains(text.at.y), "\(text.string)")
    }
    #expect(try figure.data(format: .svg).count > 1000)
  }

  @Test("of too many rows are none")
  func bound() throws {
    var graph = Graph()
    var value = try graph.add("x", .picture(channels: 1))
    for index in 0...GraphDiagram.mostRows {
      value = try graph.add("\(index)", .combination(.add), [value, value])
    }
    let summary = try GraphSummary(name: "deep", graph: graph, input: SpatialSize(side: 4))
    let rows = GraphRows(graph: graph, summary: summary)
    #expect(rows.rows.count == GraphDiagram.mostRows + 2)
    #expect(GraphDiagram(rows, parameters: 0, macs: 0) == nil)
  }
}
