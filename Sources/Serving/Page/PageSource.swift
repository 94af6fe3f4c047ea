import Digests
import Text

/// The page's text, in one piece.
enum PageSource {
  /// The page with everything that it needs.
  static let html = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Oven</title>
    <style>\(PageStyle.text)</style>
    </head>
    \(PageBody.text)
    <script>\(PageScript.text)</script>
    </html>

    """

  /// What the policy names the script by, so that nothing else runs.
  static let scriptHash = hash(PageScript.text)
  /// What the policy names the style by.
  static let styleHash = hash(PageStyle.text)

  private static func hash(_ text: String) -> String {
    "sha256-" + Base64.encode(SHA256.digest(of: text.utf8))
  }
}
