/// What the page does. Whatever a model or a user writes becomes text nodes, never markup.
enum PageScript {
  static let text = #"""
    "use strict";
    const at = (id) => document.getElementById(id);
    const messages = [];
    let running = null;

    function element(tag, name, text) {
      const node = document.createElement(tag);
      if (name) node.className = name;
      if (text !== undefined) node.textContent = text;
      return node;
    }

    // A little markdown: code, lists, headings, bold. Everything else stays as it is.
    function inline(parent, text) {
      for (const part of text.split(/(`[^`]+`|\*\*[^*]+\*\*)/)) {
        if (part.length > 2 && part.startsWith("`") && part.endsWith("`")) parent.append(element("code", "", part.slice(1, -1)));
        else if (part.length > 4 && part.startsWith("**") && part.endsWith("**")) parent.append(element("strong", "", part.slice(2, -2)));
        else if (part) parent.append(document.createTextNode(part));
      }
    }

    function markdown(parent, text) {
      parent.replaceChildren();
      let list = null, code = null, lines = [];
      const flush = () => {
        if (lines.length) { const p = element("p"); inline(p, lines.join("\n")); parent.append(p); }
        lines = [];
      };
      for (const line of text.split("\n")) {
        if (code) {
          if (/^\s*```\s*$/.test(line)) { code = null; continue; }
          code.textContent += (code.textContent ? "\n" : "") + line;
          continue;
        }
        const item = /^\s*(?:([-*+])|\d+[.)])\s+(.*)$/.exec(line);
        const heading = /^#{1,6}\s+(.*)$/.exec(line);
        if (/^\s*```/.test(line)) {
          flush(); list = null;
          code = element("code"); const pre = element("pre"); pre.append(code); parent.append(pre);
        } else if (item) {
          flush();
          const tag = item[1] ? "UL" : "OL";
          if (!list || list.tagName !== tag) { list = element(tag); parent.append(list); }
          const entry = element("li"); inline(entry, item[2]); list.append(entry);
        } else if (heading) {
          flush(); list = null;
          const title = element("h3"); inline(title, heading[1]); parent.append(title);
        } else if (!line.trim()) { flush(); list = null; }
        else { list = null; lines.push(line); }
      }
      flush();
    }

    function draw(index) {
      const message = messages[index];
      const node = message.node || (message.node = element("article", message.role));
      node.replaceChildren(element("h2", "", message.role === "user" ? "You" : message.model || "Model"));
      if (message.thinking) {
        const details = element("details");
        details.open = !message.content;
        details.append(element("summary", "", "Thinking"), document.createTextNode(message.thinking));
        node.append(details);
      }
      const text = element("div", "text");
      if (message.role === "user") text.textContent = message.content; else markdown(text, message.content);
      node.append(text);
      for (const call of message.calls || []) node.append(element("div", "call", "→ " + call.name + "(" + call.arguments + ")"));
      if (message.error) node.append(element("p", "error", message.error));
      if (!running) {
        const actions = element("div", "actions");
        const action = (name, run) => {
          const button = element("button", "", name);
          button.type = "button";
          button.addEventListener("click", run);
          actions.append(button);
        };
        if (message.role === "user") action("Edit", () => edit(index));
        else { action("Retry", () => retry(index)); action("Copy", () => navigator.clipboard.writeText(message.content)); }
        node.append(actions);
      }
      if (!node.parentNode) at("chat").append(node);
    }

    function cut(index) {
      for (const message of messages.splice(index)) message.node.remove();
    }

    function edit(index) {
      at("question").value = messages[index].content;
      cut(index);
      resize();
      at("question").focus();
    }

    function retry(index) {
      cut(index);
      answer();
    }

    function figures(text) { at("figures").textContent = text; }

    function number(id) {
      const value = at(id).value.trim();
      return value === "" ? undefined : Number(value);
    }

    function headers() {
      const key = at("key").value;
      return key ? { "content-type": "application/json", authorization: "Bearer " + key } : { "content-type": "application/json" };
    }

    // The model, and the device where one is chosen for it.
    function chosen() {
      const device = at("device").value;
      return at("model").value + (device ? "@" + device : "");
    }

    async function* events(response) {
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        text += value;
        let end;
        while ((end = text.indexOf("\n\n")) >= 0) {
          const frame = text.slice(0, end);
          text = text.slice(end + 2);
          for (const line of frame.split("\n")) if (line.startsWith("data: ")) yield line.slice(6);
        }
      }
    }

    async function answer() {
      const system = at("system").value.trim();
      const history = messages.filter((m) => !m.error || m.content).map((m) => ({ role: m.role, content: m.content }));
      if (system) history.unshift({ role: "system", content: system });
      const message = { role: "assistant", content: "", thinking: "", calls: [], model: chosen() };
      messages.push(message);
      running = new AbortController();
      busy(true);
      const index = messages.length - 1;
      draw(index);
      const begin = performance.now();
      let first = 0, count = 0, usage = null, dirty = true;
      const show = () => {
        if (!running) return;
        if (dirty) {
          const chat = at("chat"), isAtEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
          draw(index);
          if (isAtEnd) chat.scrollTop = chat.scrollHeight;
          dirty = false;
        }
        const seconds = (performance.now() - (first || begin)) / 1000;
        figures(first ? count + " pieces, " + (count / Math.max(seconds, .001)).toFixed(1) + "/s" : "waiting " + seconds.toFixed(1) + " s");
        requestAnimationFrame(show);
      };
      requestAnimationFrame(show);
      try {
        const response = await fetch("/v1/chat/completions", {
          method: "POST", headers: headers(), signal: running.signal,
          body: JSON.stringify({
            model: message.model, messages: history, stream: true, stream_options: { include_usage: true },
            temperature: number("temperature"), top_p: number("top_p"), max_tokens: number("max_tokens"), seed: number("seed"),
          }),
        });
        if (!response.ok) {
          const body = await response.json().catch(() => null);
          throw new Error((body && body.error && body.error.message) || "the server answers " + response.status);
        }
        for await (const data of events(response)) {
          if (data === "[DONE]") break;
          const chunk = JSON.parse(data);
          if (chunk.error) throw new Error(chunk.error.message);
          if (chunk.usage) usage = chunk.usage;
          const delta = chunk.choices && chunk.choices[0] && chunk.choices[0].delta;
          if (!delta) continue;
          if (delta.content || delta.reasoning_content) { first = first || performance.now(); count += 1; }
          message.content += delta.content || "";
          message.thinking += delta.reasoning_content || "";
          for (const call of delta.tool_calls || []) {
            const known = message.calls[call.index] = message.calls[call.index] || { name: "", arguments: "" };
            if (call.function.name) known.name = call.function.name;
            known.arguments += call.function.arguments || "";
          }
          dirty = true;
        }
      } catch (error) {
        message.error = error.name === "AbortError" ? "Stopped." : error.message;
      }
      running = null;
      busy(false);
      messages.forEach((_, place) => draw(place));
      at("chat").scrollTop = at("chat").scrollHeight;
      const end = performance.now();
      if (usage && first) {
        const cached = usage.prompt_tokens_details ? usage.prompt_tokens_details.cached_tokens : 0;
        figures(usage.completion_tokens + " tokens, " + (usage.completion_tokens / Math.max((end - first) / 1000, .001)).toFixed(1)
          + " tokens/s · first after " + ((first - begin) / 1000).toFixed(2) + " s · prompt " + usage.prompt_tokens
          + " tokens, " + cached + " of them cached");
      }
      models();
      busyness();
      at("announcer").textContent = message.error || message.content.slice(0, 500);
      at("question").focus();
    }

    function busy(is) {
      at("send").textContent = is ? "Stop" : "Send";
      at("fresh").disabled = is;
    }

    function resize() {
      const box = at("question");
      box.rows = Math.min(12, box.value.split("\n").length);
    }

    function send(event) {
      event.preventDefault();
      if (running) { running.abort(); return; }
      const text = at("question").value.trim();
      if (!text) return;
      const empty = document.querySelector(".empty");
      if (empty) empty.remove();
      at("question").value = "";
      resize();
      messages.push({ role: "user", content: text });
      draw(messages.length - 1);
      answer();
    }

    async function models() {
      try {
        const response = await fetch("/v1/models", { headers: headers() });
        if (!response.ok) { figures(response.status === 401 ? "This server wants a key: give it under Settings." : "the server answers " + response.status); return; }
        const { data, devices } = await response.json();
        // What was loaded onto a chosen device is listed by its own name.
        const own = data.filter((model) => !model.device);
        choices("model", own.map((model) => [model.id, model.id + (model.state === "loaded" ? "" : " (" + model.state + ")")]));
        choices("device", [["", "Any device"], ...devices.map((device) => [device, device])]);
        at("device").disabled = !devices.length;
      } catch (error) { figures(error.message); }
    }

    // What can be chosen; what was chosen stays so where it still can be.
    function choices(id, pairs) {
      const before = at(id).value;
      at(id).replaceChildren(...pairs.map(([value, text]) => {
        const option = element("option", "", text);
        option.value = value;
        option.selected = value === before;
        return option;
      }));
    }

    // How busy the server is, and what memory it has left.
    async function busyness() {
      try {
        const response = await fetch("/slots", { headers: headers() });
        if (!response.ok) return;
        const slots = await response.json();
        const sum = (name) => slots.reduce((total, slot) => total + slot[name], 0);
        const parts = [sum("running") + " running, " + sum("waiting") + " waiting"];
        if (slots.length) parts.push("cache " + Math.round(100 * Math.max(...slots.map((slot) => slot.cache_usage))) + " % full");
        const free = slots.length && slots[0].memory_available;
        if (free) parts.push((free / 1e9).toFixed(1) + " GB of memory free");
        at("load").textContent = parts.join(" · ");
      } catch (error) { at("load").textContent = ""; }
    }

    at("compose").addEventListener("submit", send);
    at("settings").addEventListener("submit", (event) => event.preventDefault());
    at("question").addEventListener("input", resize);
    at("question").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
    });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && running) running.abort(); });
    at("options").addEventListener("click", () => {
      const settings = at("settings");
      settings.hidden = !settings.hidden;
      at("options").setAttribute("aria-expanded", String(!settings.hidden));
    });
    at("fresh").addEventListener("click", () => {
      cut(0);
      at("chat").replaceChildren(element("p", "empty", "Ask something."));
      figures("");
      at("question").focus();
    });
    at("key").addEventListener("change", models);
    models();
    busyness();
    // The devices are known a little after the first model.
    setTimeout(() => { if (at("device").disabled) models(); }, 5000);
    setInterval(() => { if (running && !document.hidden) busyness(); }, 2000);
    at("question").focus();
    """#
}
