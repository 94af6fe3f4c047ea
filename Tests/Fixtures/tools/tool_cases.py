"""Answers with tool calls as real chat templates write them (Jinja2, set up as transformers does), and as the makers of
models without a template here document them.

tool_cases.py TEMPLATES > cases.jsonl

A line: {"name", "template" (its file) or "form", "prompt" (the prompt's end), "answer", "text", "reasoning", "calls"}.
What a template writes for an assistant's turn is what its model was taught to write: the parser must find the calls again.
Jinja2 3.1.6.
"""

import datetime
import json
import os
import re
import sys

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    """transformers' `{% generation %}`: its body, as it is."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def environment():
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(
            value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda form: datetime.datetime(2026, 1, 14).strftime(form)
    return env


def tool(name, properties, required):
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": name,
            "parameters": {"type": "object", "properties": properties, "required": required},
        },
    }


TOOLS = [
    tool("get_weather", {
        "city": {"type": "string", "description": "c"}, "days": {"type": "integer"},
        "unit": {"type": "string", "enum": ["c", "f"]}}, ["city"]),
    tool("write_file", {
        "path": {"type": "string"}, "content": {"type": "string"}, "append": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "meta": {"type": "object"}, "ratio": {"type": "number"}}, ["path", "content"]),
]

WEATHER = ("get_weather", {"city": "Zürich", "days": 2})
CALLS = {
    "one": [WEATHER],
    "two": [WEATHER, ("get_weather", {"city": "Oslo \"x\" {y}", "unit": "c"})],
    "long": [("write_file", {
        "path": "/tmp/a b.py", "content": "def f(x):\n    return {\"a\": [x, '<b>']}\n\n# ü 日本 \\ end",
        "append": True})],
    "typed": [("write_file", {
        "path": "12", "content": "true", "tags": ["a", "b"], "meta": {"k": {"n": 1.5}}, "ratio": -0.25})],
}

# Where an assistant's turn ends, in the templates that are read here.
ENDS = re.compile(
    r"<\|im_end\|>|</s>|<\|eot_id\|>|<\|end_of_text\|>|<｜end▁of▁sentence｜>|<\|user\|>|<\|observation\|>|\[e~\["
    r"|<turn\|>|<\|tool_response>|<SPECIAL_12>|<\|END_OF_TURN_TOKEN\|>|<\|message_sep\|>|</assistant>|<\|eom_id\|>"
    r"|<sep>|<\|eot\|>|<tool_response>|<\|end\|>|<\|role_end\|>")

# Families whose calls are not read.
UNREAD = {"Kimi-K3", "muse-glimmer", "tencent-Hy3"}


def from_templates(folder):
    for file in sorted(os.listdir(folder)):
        if not file.endswith(".jinja") or file[:-6] in UNREAD:
            continue
        template = environment().from_string(open(os.path.join(folder, file)).read())
        for kind, calls in CALLS.items():
            for thought, text in (("", ""), ("I should look.", ""), ("", "Let me see.")):
                if kind != "one" and (thought or text):
                    continue
                turn = {"role": "assistant", "content": text, "tool_calls": [
                    {"id": f"call0000{i}", "type": "function", "function": {"name": name, "arguments": args}}
                    for i, (name, args) in enumerate(calls)]}
                if thought:
                    turn["reasoning_content"] = thought
                messages = [{"role": "user", "content": "Go."}]
                base = {"bos_token": "<s>", "eos_token": "</s>", "tools": TOOLS, "enable_thinking": bool(thought)}
                try:
                    prompt = template.render(messages=messages, add_generation_prompt=True, **base)
                    whole = template.render(messages=messages + [turn], add_generation_prompt=False, **base)
                except Exception:
                    continue
                if whole.startswith(prompt):
                    common = len(prompt)
                else:
                    common = len(os.path.commonprefix([prompt, whole]))
                    # A prompt that opens a thought which the turn does not hold; a mark is never cut.
                    mark = whole.rfind("<", 0, common + 1)
                    if ">" not in whole[mark:common]:
                        common = mark
                    prompt = prompt[:common] + ("<think>" if whole.startswith("</think>", common) else "")
                answer = ENDS.split(whole[common:])[0]
                if not all(answer.count(name) >= len(calls) for name, _ in calls) or (text and text not in answer):
                    continue
                shown = answer[: answer.index(text)] + text if text and answer.index(text) < 3 else text
                yield {
                    "name": f"{file[:-6]}: {kind}{' thought' if thought else ''}{' text' if text else ''}",
                    "template": file, "prompt": prompt[-60:], "answer": answer, "text": shown,
                    "reasoning": thought if thought in answer else "",
                    "calls": [{"name": name, "arguments": args} for name, args in calls],
                }


def documented():
    args = json.dumps(WEATHER[1], ensure_ascii=False)
    call = [{"name": WEATHER[0], "arguments": WEATHER[1]}]
    two = call + [{"name": "get_weather", "arguments": {"city": "Oslo"}}]

    def case(name, form, answer, calls=call, text="", reasoning=""):
        return {"name": name, "form": form, "prompt": "", "answer": answer, "text": text,
                "reasoning": reasoning, "calls": calls}

    # OpenAI's harmony guide.
    yield case("harmony", "harmony",
               "<|channel|>analysis<|message|>Need weather.<|end|><|start|>assistant<|channel|>commentary "
               f"to=functions.get_weather <|constrain|>json<|message|>{args}<|call|>", reasoning="Need weather.")
    yield case("harmony: recipient in the role", "harmony",
               "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant to=functions.get_weather"
               f"<|channel|>commentary json<|message|>{args}", reasoning="Hm.")
    yield case("harmony: answer", "harmony",
               "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hello.<|return|>",
               calls=[], text="Hello.", reasoning="Hm.")
    yield case("harmony: preamble", "harmony",
               "<|channel|>commentary<|message|>I will look.<|end|><|start|>assistant<|channel|>commentary "
               f"to=functions.get_weather<|message|>{args}<|call|>", text="I will look.")
    # Meta's documents for Llama 3.1 and 3.2.
    yield case("llama: python tag", "llama3",
               f'<|python_tag|>{{"name": "get_weather", "parameters": {args}}}')
    yield case("llama: two after the tag", "llama3",
               f'<|python_tag|>{{"name": "get_weather", "parameters": {args}}}; '
               '{"name": "get_weather", "parameters": {"city": "Oslo"}}', calls=two)
    yield case("llama: bare", "llama3", f'{{"type": "function", "name": "get_weather", "parameters": {args}}}')
    yield case("llama: program", "llama3", "<|python_tag|>print(1 + 2)\n",
               calls=[{"name": "code_interpreter", "arguments": {"code": "print(1 + 2)\n"}}])
    yield case("llama: JSON that is no call", "llama3", '{"name": "Bob", "age": 3}', calls=[],
               text='{"name": "Bob", "age": 3}')
    yield case("llama: custom tools", "functionTag", f"<function=get_weather>{args}</function>")
    yield case("llama: Python's calls", "pythonic",
               "[get_weather(city='Zürich', days=2), get_weather(city=\"Oslo\")]", calls=two)
    # Granite 3's and Phi 4's model cards.
    yield case("granite 3", "granite", f'<|tool_call|>[{{"name": "get_weather", "arguments": {args}}}]')
    yield case("phi 4", "phi", f'<|tool_call|>[{{"name": "get_weather", "arguments": {args}}}]<|/tool_call|>')
    yield case("phi: functools", "phi", f'functools[{{"name": "get_weather", "arguments": {args}}}]')
    # Functionary's prompt versions.
    yield case("functionary 3.2", "functionary", f"get_weather\n{args}")
    yield case("functionary 3.2: text and two calls", "functionary",
               f'all\nI look.>>>get_weather\n{args}>>>get_weather\n{{"city": "Oslo"}}', calls=two, text="I look.")
    # DeepSeek V3.1's and Kimi K2's guides.
    yield case("deepseek 3.1", "deepseek",
               "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>" + args
               + '<｜tool▁call▁end｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Oslo"}'
               + "<｜tool▁call▁end｜><｜tool▁calls▁end｜>", calls=two)
    yield case("kimi k2", "kimi",
               "On it.<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0"
               f"<|tool_call_argument_begin|>{args}<|tool_call_end|><|tool_calls_section_end|>", text="On it.")
    # Seed's and FunctionGemma's cards.
    yield case("seed", "seed",
               "<seed:think>Hm.</seed:think><seed:tool_call>\n<function=get_weather>\n<parameter=city>Zürich"
               "</parameter>\n<parameter=days>2</parameter>\n</function>\n</seed:tool_call>", reasoning="Hm.")
    yield case("function gemma", "functionGemma",
               "<start_function_call>call:get_weather{city:<escape>Zürich<escape>,days:2}<end_function_call>")
    # Double-encoded arguments, which several models write.
    yield case("hermes: arguments as a string", "hermes",
               '<tool_call>\n{"name": "get_weather", "arguments": ' + json.dumps(args) + "}\n</tool_call>")
    yield case("hermes: arguments first", "hermes",
               f'<tool_call>\n{{"arguments": {args}, "name": "get_weather"}}\n</tool_call>')


if __name__ == "__main__":
    for row in list(from_templates(sys.argv[1])) + list(documented()):
        print(json.dumps(row, ensure_ascii=False))
