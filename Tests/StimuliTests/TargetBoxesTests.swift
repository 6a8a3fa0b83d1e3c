import Files
import Foundation
import Pictures
import Stimuli
import SystemPackage
import TestSupport
import Testing

/// The boxes that a text gives some photographs.
func boxes(
  _ text: String, of photographs: [String], choice: BoxChoice = .largest, path: String = "boxes.csv"
) throws(StimulusError) -> [Box?] {
  let paths = photographs.map { FilePath($0) }
  let boxes = try TargetBoxes(
    parsing: Array(text.utf8), path: FilePath(path), photographs: paths, choice: choice)
  return paths.map { boxes[$0] }
}

func box(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> Box {
  Box(left: left, top: top, right: right, bottom: bottom)
}

@Suite("A file of target boxes")
struct TargetBoxesTests {
  @Test("as CSV is read with and without a header, blank lines and quotes")
  func csv() throws {
    let text =
      "\u{FEFF}file,xmin,ymin,xmax,ymax\r\na.jpg,1,2,3,4.5\r\n\r\n\"b, \"\"c\"\".jpg\", 0,0, 9 ,9\r\n"
    #expect(
      try boxes(text, of: ["a.jpg", "/photos/b, \"c\".jpg", "d.jpg"])
        == [box(1, 2, 3, 4.5), box(0, 0, 9, 9), nil])
    #expect(try boxes("\u{FEFF}a.jpg,1,2,3,4", of: ["a.jpg"]) == [box(1, 2, 3, 4)])
    #expect(try boxes("a.jpg\t1\t2\t3\t4", of: ["a.jpg"]) == [box(1, 2, 3, 4)])
    #expect(
      try boxes("\"a\nb.jpg\",1,2,3,4\rc.jpg,0,0,2,2", of: ["a\nb.jpg", "c.jpg"])
        == [box(1, 2, 3, 4), box(0, 0, 2, 2)])
  }

  @Test(
    "honours its header's names in any order",
    arguments: [
      "ymin,xmin,ymax,xmax,file\n20,10,50,40,a.jpg",
      "file,x,y,w,h\na.jpg,10,20,30,30", "Image ID,bbox_x,bbox_y,bbox_w,bbox_h\na,10,20,30,30",
      "image_path\tx1\ty1\tx2\ty2\tclass\na.jpg\t10\t20\t40\t50\tcat",
      "x0,y0,x1,y1,filename\n10,20,40,50,a.jpg",
      "left,top,right,bottom,name\n10,20,40,50,a.jpg",
      "left,top,width,height,name\n10,20,30,30,a.jpg",
      "cx,cy,w,h,image\n25,35,30,30,a.jpg",
      "filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,500,375,cat,10,20,40,50",
      "ImageID,XMin,XMax,YMin,YMax\na,10,40,20,50",
    ])
  func header(text: String) throws {
    #expect(try boxes(text, of: ["a.jpg"]) == [box(10, 20, 40, 50)])
  }

  @Test("in Tiny ImageNet's forms names the last pixel of a box")
  func tinyImageNet() throws {
    let annotations =
      "val_0.JPEG\tn03444034\t0\t32\t44\t62\nval_1.JPEG\tn04067472\t52\t55\t57\t59\n"
    #expect(
      try boxes(annotations, of: ["val/images/val_0.JPEG"]) == [box(0, 32, 45, 63)])
    #expect(
      try boxes("n01443537_0.JPEG\t0\t10\t63\t58\n", of: ["n01443537_0.JPEG"])
        == [box(0, 10, 64, 59)])
  }

  @Test("of Kaggle's is read, several boxes a picture, and names the last pixel")
  func kaggle() throws {
    let text = """
      ImageId,PredictionString
      ILSVRC2012_val_00008726,n02119789 255 142 454 329 n02119789 44 21 322 295 
      ILSVRC2012_val_00033371,n03530642 0 0 498 374 
      """
    let photographs = ["v/ILSVRC2012_val_00008726.JPEG", "v/ILSVRC2012_val_00033371.JPEG"]
    // 200 × 188 and 279 × 275 pixels.
    #expect(try boxes(text, of: photographs) == [box(44, 21, 323, 296), box(0, 0, 499, 375)])
    #expect(try boxes(text, of: photographs, choice: .first)[0] == box(255, 142, 455, 330))
    #expect(try boxes(text, of: photographs, choice: .union)[0] == box(44, 21, 455, 330))
  }

  @Test("belongs to the photograph whose path ends in the longest name")
  func folders() throws {
    let text = "x/a.jpg,0,0,1,1\ny/a.jpg,0,0,2,2\n./b.jpg,0,0,3,3\na.jpg,0,0,4,4\n"
    #expect(
      try boxes(text, of: ["all/x/a.jpg", "y/a.jpg", "all/b.jpg", "z/a.jpg", "yy/c.jpg"])
        == [box(0, 0, 1, 1), box(0, 0, 2, 2), box(0, 0, 3, 3), box(0, 0, 4, 4), nil])
    // A name begins where a folder's or the file's does.
    #expect(throws: StimulusError.self) { try boxes("a.jpg,0,0,1,1", of: ["ba.jpg"]) }
    // An absolute name is the whole path.
    #expect(throws: StimulusError.self) { try boxes("/x/a.jpg,0,0,1,1", of: ["/all/x/a.jpg"]) }
    #expect(try boxes("/x/a.jpg,0,0,1,1", of: ["/x/a.jpg"]) == [box(0, 0, 1, 1)])
    // Names are bytes: composed and decomposed é differ.
    #expect(
      try boxes("\u{E9}.jpg,0,0,1,1\ne\u{301}.jpg,0,0,2,2", of: ["\u{E9}.jpg", "e\u{301}.jpg"])
        == [box(0, 0, 1, 1), box(0, 0, 2, 2)])
  }

  @Test(
    "that fits two photographs, or none, is an error",
    arguments: [
      ("1.jpg,0,0,1,1", ["a/1.jpg", "b/1.jpg"], "'1.jpg' may be a/1.jpg or b/1.jpg"),
      ("1,0,0,9,9", ["1.jpg", "1.png"], "'1' may be 1.jpg or 1.png"),
      (
        "2.jpg,0,0,1,1", ["a/1.jpg"], "names none of 1 photograph; its first box is of '2.jpg'"
      ),
      ("file,x,y,w,h", ["a/1.jpg"], "and no box"),
    ])
  func unclear(text: String, photographs: [String], words: String) throws {
    let error = try #require(throws: StimulusError.self) { try boxes(text, of: photographs) }
    #expect(error.description.contains(words))
    #expect(error.description.hasPrefix("boxes.csv: "))
  }

  @Test(
    "with a wrong line is an error that names file and line",
    arguments: [
      ("a.jpg,1,2,3", 1), ("file,xmin,ymin,xmax,ymax\na.jpg,1,2,three,4", 2),
      ("a.jpg,1,2,nan,4", 1), ("a.jpg,1,2,inf,4", 1), ("a.jpg,5,2,5,4", 1), ("a.jpg,0,9,5,4", 1),
      ("a.jpg\t1\t2\t3", 1), ("a.jpg,0,0,1,1,cat", 1),
      ("a.jpg,0,0,1,1\nfile,xmin,ymin,xmax,ymax", 2),
      ("file,left,up,right,down\na.jpg,1,2,3,4", 1), ("a.jpg,0,0,1,1\n\"b.jpg,0,0,1,1", 2),
      ("\"a\"b,0,0,1,1", 1), ("ImageId,PredictionString\na,n1 2 3 4", 2),
      ("file,x,y,w,h\na.jpg,1,2,3\n", 2), ("file,x,y,w,h\n,1,2,3,4\n", 2),
      ("val_0.JPEG\tn03444034\t0\t32\t44\n", 1),
    ])
  func wrong(text: String, line: Int) throws {
    let error = try #require(throws: StimulusError.self) { try boxes(text, of: ["a.jpg"]) }
    #expect(error.description.hasPrefix("boxes.csv:\(line): "))
    #expect(!error.description.contains("\n"))
  }

  @Test(
    "of no known form is an error of one line",
    arguments: [
      ("", "is empty"), ("[]", "JSON list"), ("\0\u{1}", "no text"), ("{", "no valid JSON"),
      ("<svg/>", "expected 'annotation'"), ("{\"images\": []}", "'annotations' is missing"),
      ("file,x,y,w,h\na.jpg,.1,.2,.3,.4", "expected pixels"),
    ])
  func unknown(text: String, words: String) throws {
    let error = try #require(throws: StimulusError.self) { try boxes(text, of: ["a.jpg"]) }
    #expect(error.description.contains(words))
    #expect(!error.description.contains("\n"))
  }

  @Test("that is missing, or larger than any, is an error that names it")
  func missing() throws {
    func error(_ path: String) -> StimulusError? {
      #expect(throws: StimulusError.self) {
        try TargetBoxes(contentsOf: FilePath(path), photographs: [])
      }
    }
    #expect(error("/no/such.csv")?.description == "/no/such.csv: no such file")
    let folder = try ScratchFolder()
    let path = try folder.write([], to: "sparse.csv")
    #expect(truncate(path, 30_000_000_000) == 0)
    #expect(error(path)?.description.contains("holds 30 GB") == true)
    #expect(error(folder.url.path)?.description.contains("holds no XML file") == true)
  }
}
