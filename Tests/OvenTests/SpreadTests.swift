import Testing
import oven

@Suite("Spread")
struct SpreadTests {
  @Test func medians() {
    #expect(Spread(values: [3, 1, 2]).median == 2)
    #expect(Spread(values: [4, 1, 2, 3]).median == 2.5)
    #expect(Spread(values: []).median == 0)
  }

  @Test func theSpreadIsAPartOfTheMedian() {
    #expect(Spread(values: [90, 100, 110]).relativeSpread == 0.1)
    #expect(Spread(values: [90, 100, 110]).text { "\($0)" } == "100.0 ± 10 %")
  }

  @Test func scriptsReadTheMedian() {
    #expect(Spread(values: [1, 2, 3]).json["median"]?.double == 2)
  }
}
