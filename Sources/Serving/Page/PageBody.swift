/// What is on the page.
enum PageBody {
  static let text = #"""
    <body>
    <header>
      <h1>Oven</h1>
      <label><span hidden>Model</span><select id="model" aria-label="Model"></select></label>
      <label><span hidden>Device</span><select id="device" aria-label="Device"></select></label>
      <button id="options" aria-expanded="false" aria-controls="settings">Settings</button>
      <button id="fresh">New chat</button>
      <form id="settings" hidden>
        <label class="wide">System prompt<textarea id="system" rows="2"></textarea></label>
        <label>Temperature<input id="temperature" type="number" min="0" max="2" step="0.1" placeholder="model's"></label>
        <label>Top p<input id="top_p" type="number" min="0" max="1" step="0.05" placeholder="model's"></label>
        <label>Tokens at most<input id="max_tokens" type="number" min="1" step="1" placeholder="no limit"></label>
        <label>Seed<input id="seed" type="number" step="1" placeholder="random"></label>
        <label class="wide">Key<input id="key" type="password" autocomplete="off" placeholder="only where the server wants one"></label>
      </form>
    </header>
    <main id="chat" tabindex="-1" aria-label="Conversation"><p class="empty">Ask something.</p></main>
    <footer>
      <form id="compose">
        <textarea id="question" rows="1" aria-label="Message" placeholder="Message" title="Enter sends, Shift+Enter breaks the line"></textarea>
        <button class="main" id="send" type="submit">Send</button>
      </form>
      <p id="figures" role="status" aria-live="off"></p>
      <p id="load" aria-label="How busy the server is"></p>
    </footer>
    <div id="announcer" role="status" aria-live="polite" class="quiet"></div>
    </body>
    """#
}
