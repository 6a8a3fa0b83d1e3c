import Foundation
import Pictures
import Stimuli
import Testing

@Suite("A file of target boxes")
struct TargetBoxesTests {
  @Test("as CSV is read with and without a header, blank lines and quotes")
  func csv() throws {
    let text =
      "\u{FEFF}file,xmin,ymin,xmax,ymax\r\na.jpg,1,2,3,4.5\r\n\r\n\"b, c.jpg\", 0,0, 9 ,9\r\n"
    let boxes = try TargetBoxes(parsing: text, path: "boxes.csv")
    #expect(boxes.count == 2)
    #expect(boxes["a.jpg"] == Box(left: 1, top: 2, right: 3, bottom: 4.5))
    #expect(boxes["/photos/b, c.jpg"] == Box(left: 0, top: 0, right: 9, bottom: 9))
    #expect(boxes["d.jpg"] == nil)
    let headless = try TargetBoxes(parsing: "\u{FEFF}a.jpg,1,2,3,4", path: "boxes.csv")
    #expect(headless["a.jpg"] == Box(left: 1, top: 2, right: 3, bottom: 4))
  }

  @Test("in Tiny ImageNet's forms names the last pixel of a box")
  func tinyImageNet() throws {
    let annotations =
      "val_0.JPEG\tn03444034\t0\t32\t44\t62\nval_1.JPEG\tn04067472\t52\t55\t57\t59\n"
    let validation = try TargetBoxes(parsing: annotations, path: "val_annotations.txt")
    #expect(validation["val/images/val_0.JPEG"] == Box(left: 0, top: 32, right: 45, bottom: 63))
    let training = try TargetBoxes(
      parsing: "n01443537_0.JPEG\t0\t10\t63\t58\n", path: "n01443537_boxes.txt")
    #expect(training["n01443537_0.JPEG"] == Box(left: 0, top: 10, right: 64, bottom: 59))
  }

  @Test("tells photographs of one name apart by as many folders as it gives")
  func folders() throws {
    let boxes = try TargetBoxes(
      parsing: "x/a.jpg,0,0,1,1\ny/a.jpg,0,0,2,2\n./b.jpg,0,0,3,3", path: "boxes.csv")
    #expect(boxes["all/x/a.jpg"]?.right == 1)
    #expect(boxes["y/a.jpg"]?.right == 2)
    #expect(boxes["a.jpg"] == nil)
    #expect(boxes["all/b.jpg"]?.right == 3)
  }

  @Test(
    "with a wrong line is an error that names file and line",
    arguments: [
      ("a.jpg,1,2,3", 1), ("file,xmin,ymin,xmax,ymax\na.jpg,1,2,three,4", 2),
      ("a.jpg,1,2,nan,4", 1), ("a.jpg,1,2,inf,4", 1), ("a.jpg,5,2,5,4", 1), ("a.jpg,0,9,5,4", 1),
      ("a.jpg,0,0,1,1\na.jpg,0,0,2,2", 2), ("a.jpg\t1\t2\t3", 1), ("a.jpg,0,0,1,1,cat", 1),
      ("a.jpg,0,0,1,1\nfile,xmin,ymin,xmax,ymax", 2),
    ])
  func wrong(text: String, line: Int) throws {
    let error = try #require(throws: StimulusError.self) {
      try TargetBoxes(parsing: text, path: "boxes.csv")
    }
    #expect(error.description.hasPrefix("boxes.csv:\(line): "))
    #expect(!error.description.contains("\n"))
  }

  @Test("that is missing is an error that names it")
  func missing() {
    let error = #expect(throws: PictureError.self) {
      try TargetBoxes(contentsOfFile: "/no/such.csv")
    }
    #expect(error?.description == "/no/such.csv: no such file")
  }
}
