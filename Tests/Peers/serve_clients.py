"""The official clients of OpenAI, Anthropic and Ollama talk to a server of ours.

    serve_clients.py scripted URL          to scripted-server, whose answers are known
    serve_clients.py real URL MODEL        to `oven serve`, whose answers are a model's
"""

import sys

import anthropic
import ollama
import openai

failures = []


def check(what, is_so, seen=None):
    print(("ok    " if is_so else "WRONG ") + what + ("" if is_so else f": {seen!r}"))
    if not is_so:
        failures.append(what)


def raises(what, error, call):
    try:
        call()
    except error as caught:
        check(what, True)
        return caught
    except Exception as caught:  # noqa: BLE001
        check(what, False, caught)
    else:
        check(what, False, "no error")
    return None


TOOL = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def openai_scripted(client):
    def chat(text, **more):
        return client.chat.completions.create(model="test", messages=[{"role": "user", "content": text}], **more)

    answer = chat("Hi")
    check("openai chat", answer.choices[0].message.content == "Hello, world! 👋", answer)
    check("openai usage", answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens)
    chunks = list(chat("Hi", stream=True, stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    check("openai chat stream", text == "Hello, world! 👋", text)
    check("openai stream usage", chunks[-1].usage is not None and chunks[-1].choices == [])
    thinking = chat("THINK").choices[0].message
    check("openai reasoning", thinking.reasoning_content == "Let me see." and thinking.content == "Yes.", thinking)
    probabilities = chat("Hi", logprobs=True, top_logprobs=3).choices[0].logprobs.content
    check("openai logprobs", len(probabilities) == 18 and len(probabilities[0].top_logprobs) == 3, len(probabilities))
    check("openai n", len(chat("Hi", n=3).choices) == 3)

    tools = [{"type": "function", "function": {"name": "weather", "parameters": TOOL}}]
    answer = chat("WEATHER", tools=tools)
    call = answer.choices[0].message.tool_calls[0]
    check("openai tool call", call.function.name == "weather" and answer.choices[0].finish_reason == "tool_calls", answer)
    messages = [{"role": "user", "content": "What?"}, answer.choices[0].message,
                {"role": "tool", "tool_call_id": call.id, "content": "rain"}]
    final = client.chat.completions.create(model="test", messages=messages, tools=tools)
    check("openai tool result", final.choices[0].message.content == "It is raining in Köln.", final)
    with client.chat.completions.stream(
        model="test", messages=[{"role": "user", "content": "WEATHER"}], tools=tools
    ) as stream:
        for _ in stream:
            pass
        call = stream.get_final_completion().choices[0].message.tool_calls[0]
    check("openai tool call streamed by the SDK's helper", call.function.arguments == '{"city":"Köln"}', call)

    import pydantic

    class Person(pydantic.BaseModel):
        name: str
        age: int

    parsed = client.chat.completions.parse(
        model="test", messages=[{"role": "user", "content": "JSON"}], response_format=Person)
    check("openai parse", parsed.choices[0].message.parsed == Person(name="Ada", age=36), parsed)

    answer = client.completions.create(model="test", prompt="Say ", echo=True, max_tokens=100)
    check("openai completion", answer.choices[0].text == "Say Hello, world! 👋", answer)
    text = "".join(c.choices[0].text for c in client.completions.create(
        model="test", prompt="Say ", stream=True, max_tokens=100) if c.choices)
    check("openai completion stream", text == "Hello, world! 👋", text)

    answer = client.responses.create(model="test", input="Hi")
    check("openai response", answer.output_text == "Hello, world! 👋" and answer.status == "completed", answer)
    kinds, text = [], ""
    for event in client.responses.create(model="test", input="THINK", stream=True):
        kinds.append(event.type)
        if event.type == "response.output_text.delta":
            text += event.delta
    check("openai response stream", kinds[0] == "response.created" and kinds[-1] == "response.completed", kinds)
    check("openai response text", text == "Yes.", text)
    with client.responses.stream(
        model="test", input="WEATHER", tools=[{"type": "function", "name": "weather", "parameters": TOOL, "strict": False}]
    ) as stream:
        for _ in stream:
            pass
        calls = [item for item in stream.get_final_response().output if item.type == "function_call"]
    check("openai response call streamed by the SDK's helper", calls and calls[0].arguments == '{"city":"Köln"}', calls)

    check("openai models", [model.id for model in client.models.list()] == ["test"])
    check("openai model", client.models.retrieve("test").owned_by == "oven")
    raises("openai embeddings are refused", openai.InternalServerError,
           lambda: client.embeddings.create(model="test", input="x"))
    raises("openai bad request", openai.BadRequestError, lambda: chat("Hi", temperature=-1))
    error = raises("openai too long", openai.BadRequestError, lambda: chat("x" * 5000))
    check("openai too long code", error is not None and error.code == "context_length_exceeded", error)
    raises("openai full queue", openai.InternalServerError, lambda: chat("FULL"))
    raises("openai error in a stream", openai.APIError, lambda: list(chat("DIE", stream=True)))
    raises("openai error", openai.InternalServerError, lambda: chat("DIE"))
    raises("openai unknown path", openai.NotFoundError, lambda: client.fine_tuning.jobs.list())


def anthropic_scripted(client):
    def ask(text, **more):
        return client.messages.create(
            model="test", max_tokens=200, messages=[{"role": "user", "content": text}], **more)

    answer = ask("Hi", system="Be brief")
    check("anthropic message", answer.content[0].text == "Hello, world! 👋" and answer.stop_reason == "end_turn", answer)
    tools = [{"name": "weather", "input_schema": TOOL}]
    answer = ask("WEATHER", tools=tools)
    check("anthropic tool", answer.content[-1].input == {"city": "Köln"} and answer.stop_reason == "tool_use", answer)
    check("anthropic thinking", answer.content[0].type == "thinking", answer)
    final = client.messages.create(
        model="test", max_tokens=200, tools=tools,
        messages=[{"role": "user", "content": "What?"}, {"role": "assistant", "content": answer.content},
                  {"role": "user", "content": [
                      {"type": "tool_result", "tool_use_id": answer.content[-1].id, "content": "rain"}]}])
    check("anthropic tool result", final.content[0].text == "It is raining in Köln.", final)
    with client.messages.stream(
        model="test", max_tokens=200, messages=[{"role": "user", "content": "WEATHER"}], tools=tools
    ) as stream:
        for _ in stream:
            pass
        final = stream.get_final_message()
    check("anthropic stream", final.content[-1].input == {"city": "Köln"} and final.usage.input_tokens > 0, final)
    with client.messages.stream(
        model="test", max_tokens=200, messages=[{"role": "user", "content": "Hi"}]) as stream:
        text = "".join(stream.text_stream)
    check("anthropic text stream", text == "Hello, world! 👋", text)
    count = client.messages.count_tokens(model="test", messages=[{"role": "user", "content": "Hi"}]).input_tokens
    check("anthropic count_tokens", count == len("<user>Hi\n<assistant>"), count)
    raises("anthropic bad request", anthropic.BadRequestError, lambda: ask("Hi", extra_body={"temperature": -1}))
    raises("anthropic overloaded", anthropic.APIStatusError, lambda: ask("FULL"))
    raises("anthropic error in a stream", anthropic.APIError, lambda: list(ask("DIE", stream=True)))


def ollama_scripted(client):
    def chat(text, **more):
        return client.chat(model="test", messages=[{"role": "user", "content": text}], **more)

    answer = chat("Hi")
    check("ollama chat", answer.message.content == "Hello, world! 👋" and answer.done, answer)
    parts = list(chat("THINK", stream=True))
    check("ollama chat stream", "".join(part.message.content or "" for part in parts) == "Yes.", parts)
    check("ollama thinking", "".join(part.message.thinking or "" for part in parts) == "Let me see.", parts)
    tools = [{"type": "function", "function": {"name": "weather", "description": "", "parameters": TOOL}}]
    answer = chat("WEATHER", tools=tools)
    check("ollama tool", answer.message.tool_calls[0].function.arguments == {"city": "Köln"}, answer)
    final = client.chat(model="test", tools=tools, messages=[
        {"role": "user", "content": "What?"}, answer.message,
        {"role": "tool", "content": "rain", "tool_name": "weather"}])
    check("ollama tool result", final.message.content == "It is raining in Köln.", final)
    check("ollama generate", client.generate(model="test", prompt="Hi").response == "Hello, world! 👋")
    text = "".join(part.response for part in client.generate(model="test", prompt="Hi", stream=True))
    check("ollama generate stream", text == "Hello, world! 👋", text)
    check("ollama list", [model.model for model in client.list().models] == ["test"])
    check("ollama show", "completion" in client.show("test").capabilities)
    check("ollama ps", [model.model for model in client.ps().models] == ["test"])
    raises("ollama embed is refused", ollama.ResponseError, lambda: client.embed(model="test", input="x"))
    raises("ollama error in a stream", ollama.ResponseError, lambda: list(chat("DIE", stream=True)))
    raises("ollama bad option", ollama.ResponseError, lambda: chat("Hi", options={"temperature": -1}))


def real(url, model):
    question = [{"role": "user", "content": "Name the capital of France."}]
    client = openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0)
    answer = client.chat.completions.create(model=model, messages=question, temperature=0, max_tokens=40)
    text = answer.choices[0].message.content
    check("real openai chat", "Paris" in text, text)
    chunks = list(client.chat.completions.create(
        model=model, messages=question, temperature=0, max_tokens=40, stream=True))
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    check("real openai stream is the same", streamed == text, streamed)
    answer = client.responses.create(model=model, input="Name the capital of France.", temperature=0, max_output_tokens=40)
    check("real openai response is the same", answer.output_text == text, answer.output_text)
    answer = client.completions.create(model=model, prompt="The capital of France is", temperature=0, max_tokens=4)
    check("real openai completion", "Paris" in answer.choices[0].text, answer)
    first = client.chat.completions.create(model=model, messages=question, temperature=1, seed=7, max_tokens=20)
    again = client.chat.completions.create(model=model, messages=question, temperature=1, seed=7, max_tokens=20)
    check("real seed", first.choices[0].message.content == again.choices[0].message.content, (first, again))
    stopped = client.chat.completions.create(model=model, messages=question, temperature=0, max_tokens=40, stop=["France"])
    check("real stop", "France" not in stopped.choices[0].message.content, stopped)
    error = raises("real too long", openai.BadRequestError, lambda: client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "word " * 60000}]))
    check("real too long code", error is not None and error.code == "context_length_exceeded", error)
    claude = anthropic.Anthropic(base_url=url, api_key="none", max_retries=0)
    answer = claude.messages.create(model=model, max_tokens=40, extra_body={"temperature": 0}, messages=question)
    check("real anthropic is the same", answer.content[0].text == text, answer)
    count = claude.messages.count_tokens(model=model, messages=question).input_tokens
    check("real count_tokens", count == answer.usage.input_tokens + answer.usage.cache_read_input_tokens, (count, answer.usage))
    llama = ollama.Client(host=url)
    answer = llama.chat(model=model, messages=question, options={"temperature": 0, "num_predict": 40})
    check("real ollama is the same", answer.message.content == text, answer)
    show = llama.show(model)
    check("real show", any(name.endswith("context_length") for name in show.modelinfo), show)


def main():
    kind, url = sys.argv[1:3]
    if kind == "real":
        real(url, sys.argv[3])
    else:
        openai_scripted(openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0))
        anthropic_scripted(anthropic.Anthropic(base_url=url, api_key="none", max_retries=0))
        ollama_scripted(ollama.Client(host=url))
    if failures:
        sys.exit(f"{len(failures)} of the clients' checks failed")


main()
