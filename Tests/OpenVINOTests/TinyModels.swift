import OpenVINO

/// IR files small enough to be written, and computed, by hand.
enum TinyModels {
  /// The core that all tests share: making one loads the plugins.
  static let core = Result { try Core() }

  static func tensor<Element: TensorElement>(_ elements: [Element], _ shape: [Int]) throws -> Tensor {
    try Tensor(elements, shape: shape, runtime: OpenVINORuntime.shared())
  }

  /// `product = x · weight`, x: f32 [?, 2], weight: f32 [2] from the weights.
  static let product = """
    <?xml version="1.0"?>
    <net name="product" version="11">
      <layers>
        <layer id="0" name="x" type="Parameter" version="opset1">
          <data shape="?,2" element_type="f32"/>
          <output><port id="0" precision="FP32" names="x"/></output>
        </layer>
        <layer id="1" name="weight" type="Const" version="opset1">
          <data element_type="f32" shape="2" offset="0" size="8"/>
          <output><port id="0" precision="FP32"/></output>
        </layer>
        <layer id="2" name="multiply" type="Multiply" version="opset1">
          <data auto_broadcast="numpy"/>
          <input><port id="0"/><port id="1"/></input>
          <output><port id="2" precision="FP32" names="product"/></output>
        </layer>
        <layer id="3" name="result" type="Result" version="opset1" output_names="product">
          <input><port id="0"/></input>
        </layer>
      </layers>
      <edges>
        <edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
        <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
        <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
      </edges>
      <rt_info><recipe><mode value="int4"/></recipe></rt_info>
    </net>
    """

  static func readProduct() throws -> Model {
    try core.get().readModel(xmlText: product, weights: tensor([Float(2), -3], [2]))
  }

  /// `sum = total + x`, kept in the variable `total`: f32 [1, 2].
  static let accumulator = """
    <?xml version="1.0"?>
    <net name="accumulator" version="11">
      <layers>
        <layer id="0" name="x" type="Parameter" version="opset1">
          <data shape="1,2" element_type="f32"/>
          <output><port id="0" precision="FP32" names="x"/></output>
        </layer>
        <layer id="1" name="zero" type="Const" version="opset1">
          <data element_type="f32" shape="1,2" offset="0" size="8"/>
          <output><port id="0" precision="FP32"/></output>
        </layer>
        <layer id="2" name="read" type="ReadValue" version="opset6">
          <data variable_id="total" variable_type="f32" variable_shape="1,2"/>
          <input><port id="0"/></input>
          <output><port id="1" precision="FP32"/></output>
        </layer>
        <layer id="3" name="add" type="Add" version="opset1">
          <data auto_broadcast="numpy"/>
          <input><port id="0"/><port id="1"/></input>
          <output><port id="2" precision="FP32" names="sum"/></output>
        </layer>
        <layer id="4" name="assign" type="Assign" version="opset6">
          <data variable_id="total"/>
          <input><port id="0"/></input>
          <output><port id="1" precision="FP32"/></output>
        </layer>
        <layer id="5" name="result" type="Result" version="opset1" output_names="sum">
          <input><port id="0"/></input>
        </layer>
      </layers>
      <edges>
        <edge from-layer="1" from-port="0" to-layer="2" to-port="0"/>
        <edge from-layer="2" from-port="1" to-layer="3" to-port="0"/>
        <edge from-layer="0" from-port="0" to-layer="3" to-port="1"/>
        <edge from-layer="3" from-port="2" to-layer="4" to-port="0"/>
        <edge from-layer="3" from-port="2" to-layer="5" to-port="0"/>
      </edges>
    </net>
    """

  static func readAccumulator() throws -> Model {
    try core.get().readModel(xmlText: accumulator, weights: tensor([Float(0), 0], [2]))
  }

  /// `logits = hidden · weightᵀ`, hidden: f32 [?, ?, 2], weight: f32 [3, 2].
  static let head = """
    <?xml version="1.0"?>
    <net name="head" version="11">
      <layers>
        <layer id="0" name="hidden" type="Parameter" version="opset1">
          <data shape="?,?,2" element_type="f32"/>
          <output><port id="0" precision="FP32" names="hidden"/></output>
        </layer>
        <layer id="1" name="weight" type="Const" version="opset1">
          <data element_type="f32" shape="3,2" offset="0" size="24"/>
          <output><port id="0" precision="FP32"/></output>
        </layer>
        <layer id="2" name="matmul" type="MatMul" version="opset1">
          <data transpose_a="false" transpose_b="true"/>
          <input><port id="0"/><port id="1"/></input>
          <output><port id="2" precision="FP32" names="logits"/></output>
        </layer>
        <layer id="3" name="result" type="Result" version="opset1" output_names="logits">
          <input><port id="0"/></input>
        </layer>
      </layers>
      <edges>
        <edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
        <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
        <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
      </edges>
    </net>
    """

  static func readHead() throws -> Model {
    try core.get().readModel(xmlText: head, weights: tensor([Float(1), 0, 0, 1, 1, 1], [6]))
  }
}
