import Files
import Foundation
import Pictures
import Stimuli
import SystemPackage
import TestSupport
import Testing

/// Texts as other people's tools write them.
enum AnnotationText {
  static func voc(database: String, objects: String) -> String {
    """
    <annotation><folder>val</folder><filename>x</filename>
    <source><database>\(database)</database></source>
    <size><width>500</width><height>375</height><depth>3</depth></size>
    \(objects)</annotation>
    """
  }

  static let person = """
    <object><name>person</name>
    <bndbox><xmax>174</xmax><xmin>1</xmin><ymin>101</ymin><ymax>349</ymax></bndbox>
    <part><name>head</name>
    <bndbox><xmin>1</xmin><ymin>1</ymin><xmax>500</xmax><ymax>375</ymax></bndbox></part></object>
    """

  /// `pycocotools.mask.encode` of columns 2 … 4 and rows 1 … 3 of 6 rows by 8 columns, and
  /// the same counted.
  static let masks = [
    "{\"size\": [6, 8], \"counts\": [13, 3, 3, 3, 3, 3, 20]}",
    "{\"size\": [6, 8], \"counts\": \"=33000a0\"}",
    "[[2, 1, 5, 1, 5, 4], [2, 4, 2, 1, 3, 2]]",
  ]
}

@Suite("Annotations of other people's")
struct AnnotationTests {
  @Test("of Pascal VOC count pixels from 1, ILSVRC's from 0; parts of an object are passed over")
  func pascal() throws {
    let voc = AnnotationText.voc(database: "The VOC2007 Database", objects: AnnotationText.person)
    #expect(try boxes(voc, of: ["p/x.jpg"], path: "x.xml") == [box(0, 100, 174, 349)])
    let ilsvrc = AnnotationText.voc(database: "ILSVRC_2012", objects: AnnotationText.person)
    #expect(try boxes(ilsvrc, of: ["p/x.JPEG"], path: "a/x.xml") == [box(1, 101, 175, 350)])
  }

  @Test("in a folder are found by the photograph's name and the folders that it lies in")
  func folder() throws {
    let folder = try ScratchFolder()
    func write(_ objects: String, _ name: String) throws {
      let path = folder.path(name)
      try FileManager.default.createDirectory(
        at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(AnnotationText.voc(database: "ILSVRC_2012", objects: objects).utf8)
        .write(to: URL(filePath: path))
    }
    func object(_ right: Int) -> String {
      "<object><bndbox><xmin>0</xmin><ymin>0</ymin><xmax>\(right)</xmax><ymax>1</ymax></bndbox></object>"
    }
    try write(object(1), "val/x.xml")
    try write(object(2), "train/x.xml")
    try write(object(3) + object(5) + object(4), "y.xml")
    try write(object(6), "n01440764/n01440764_18.xml")
    try write("", "none.xml")
    let photographs = [
      "/p/val/x.JPEG", "/p/train/x.JPEG", "y.jpg", "flat/n01440764_18.JPEG", "none.jpg", "z.jpg",
    ].map { FilePath($0) }
    let found = try TargetBoxes(contentsOf: FilePath(folder.url.path), photographs: photographs)
    #expect(photographs.map { found[$0]?.right } == [2, 3, 6, 7, nil, nil])
    let error = #expect(throws: StimulusError.self) {
      try TargetBoxes(
        contentsOf: FilePath(folder.url.path), photographs: ["a/y.jpg", "b/y.jpg"])
    }
    #expect(error?.description.contains("may be of a/y.jpg or of b/y.jpg") == true)
  }

  @Test(
    "in XML that is broken or hostile are refused in one line",
    arguments: [
      ("<annotation>", "no element found"), ("<annotation></b>", "mismatched tag"),
      (
        "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]><annotation>&c;</annotation>",
        "a document type is declared"
      ),
      ("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><annotation/>", "a document type is declared"),
      (
        AnnotationText.voc(
          database: "", objects: "<object><bndbox><xmin>1</xmin></bndbox></object>"),
        "lacks one of"
      ),
      (
        AnnotationText.voc(
          database: "", objects: AnnotationText.person.replacing("174", with: "1e999")),
        "xmax is not a number"
      ),
      (
        AnnotationText.voc(
          database: "", objects: AnnotationText.person.replacing("174", with: "0")), "is empty"
      ),
      ("<annotation>" + String(repeating: "<a>", count: 100_000), "nested more than 32 deep"),
      ("<annotation>&b;</annotation>", "undefined entity"),
    ])
  func broken(text: String, words: String) throws {
    let error = try #require(throws: StimulusError.self) {
      try boxes(text, of: ["x.jpg"], path: "x.xml")
    }
    #expect(error.description.hasPrefix("x.xml:"))
    #expect(error.description.contains(words))
    #expect(!error.description.contains("\n"))
  }

  @Test("of COCO's give boxes, or masks that have them", arguments: AnnotationText.masks)
  func coco(mask: String) throws {
    let text = """
      {"info": {}, "images": [{"id": 1, "file_name": "a.jpg"}, {"id": "two", "file_name": "b.jpg"}],
       "annotations": [
         {"image_id": 1, "bbox": [10.5, 20, 30.25, 40], "segmentation": 3, "category_id": 1},
         {"image_id": 1, "bbox": [0, 0, 500, 500], "iscrowd": 1},
         {"image_id": 1, "bbox": [0, 0, 0, 500]},
         {"image_id": "two", "segmentation": \(mask)}]}
      """
    #expect(
      try boxes(text, of: ["a.jpg", "b.jpg"], path: "coco.json")
        == [box(10.5, 20, 40.75, 60), box(2, 1, 5, 4)])
  }

  @Test(
    "of COCO's with a fault are refused in one line that tells where",
    arguments: [
      ("{\"image_id\": 7, \"bbox\": [0, 0, 1, 1]}", "annotations[0]: its image_id"),
      ("{\"image_id\": 1, \"bbox\": [0, 0, 1]}", "annotations[0]: expected 'bbox'"),
      ("{\"image_id\": 1}", "annotations[0]: expected 'bbox'"),
      ("{\"image_id\": 1, \"bbox\": 3}", "annotations[0].bbox: expected a list"),
      ("{\"bbox\": [0, 0, 1, 1]}", "annotations[0]: 'image_id' is missing"),
      (
        "{\"image_id\": 1, \"segmentation\": {\"size\": [9, 9], \"counts\": \"oooooooooooooooooo\"}}",
        "annotations[0]: expected 'bbox'"
      ),
      (
        "{\"image_id\": 1, \"segmentation\": {\"size\": [9, 9], \"counts\": [9, 9223372036854775807]}}",
        "annotations[0]: expected 'bbox'"
      ),
    ])
  func cocoFault(annotation: String, words: String) throws {
    let text =
      "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\"}], \"annotations\": [\(annotation)]}"
    let error = try #require(throws: StimulusError.self) {
      try boxes(text, of: ["a.jpg"], path: "coco.json")
    }
    #expect(error.description.contains(words))
    #expect(!error.description.contains("\n"))
  }
}
