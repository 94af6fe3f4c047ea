"""Programs that stand on OpenAI's interface do one job each against scripted-server, whose answers are known.

    serve_agents.py URL
"""
import asyncio
import os
import sys
import tempfile

from checks import check, finish

os.environ.update(OPENAI_API_KEY="none", MSWEA_SILENT_STARTUP="1", MSWEA_COST_TRACKING="ignore_errors",
                  LITELLM_LOCAL_MODEL_COST_MAP="True", OPENAI_AGENTS_DISABLE_TRACING="1",
                  MSWEA_GLOBAL_CONFIG_DIR=tempfile.mkdtemp())
base = sys.argv[1].rstrip("/") + "/v1"


def openai_agents():
    import agents
    from openai import AsyncOpenAI

    asked = []

    @agents.function_tool
    def weather(city: str) -> str:
        """Tells the weather."""
        asked.append(city)
        return "rain"

    async def run():
        client = AsyncOpenAI(base_url=base, api_key="none")
        for kind in agents.OpenAIChatCompletionsModel, agents.OpenAIResponsesModel:
            agent = agents.Agent(name="helper", instructions="Help.", tools=[weather],
                                 model=kind(model="test", openai_client=client))
            asked.clear()
            result = await agents.Runner.run(agent, "WEATHER in Köln?")
            check(f"openai-agents, {kind.__name__}: a tool's call, its result, the answer",
                  asked == ["Köln"] and result.final_output == "It is raining in Köln.", (asked, result.final_output))
            asked.clear()
            stream = agents.Runner.run_streamed(agent, "WEATHER in Köln?")
            async for _ in stream.stream_events():
                pass
            check(f"openai-agents, {kind.__name__}, streamed",
                  asked == ["Köln"] and stream.final_output == "It is raining in Köln.", (asked, stream.final_output))

    asyncio.run(run())


def langchain():
    import pydantic
    from langchain_core.messages import HumanMessage, ToolMessage
    from langchain_core.tools import tool
    from langchain_openai import ChatOpenAI

    @tool
    def weather(city: str) -> str:
        """Tells the weather."""
        return "rain"

    class Person(pydantic.BaseModel):
        name: str
        age: int

    model = ChatOpenAI(base_url=base, api_key="none", model="test")
    with_tools = model.bind_tools([weather])
    messages = [HumanMessage("WEATHER in Köln?")]
    call = with_tools.invoke(messages)
    check("langchain-openai: a tool's call", [c["args"] for c in call.tool_calls] == [{"city": "Köln"}], call)
    result = weather.invoke(call.tool_calls[0]["args"])
    messages += [call, ToolMessage(result, tool_call_id=call.tool_calls[0]["id"])]
    check("langchain-openai: the answer", with_tools.invoke(messages).content == "It is raining in Köln.")
    text = "".join(chunk.content for chunk in model.stream("Hi"))
    check("langchain-openai: streamed", text == "Hello, world! 👋", text)
    person = model.with_structured_output(Person, method="json_schema").invoke("JSON")
    check("langchain-openai: structured output", person == Person(name="Ada", age=36), person)


def instructor_():
    import instructor
    import pydantic
    from openai import OpenAI

    class Person(pydantic.BaseModel):
        name: str
        age: int

    client = OpenAI(base_url=base, api_key="none")
    for mode in instructor.Mode.JSON, instructor.Mode.JSON_SCHEMA:
        person = instructor.from_openai(client, mode=mode).chat.completions.create(
            model="test", messages=[{"role": "user", "content": "JSON"}], response_model=Person, max_retries=0)
        check(f"instructor: {mode.name}", (person.name, person.age) == ("Ada", 36), person)


def mini_swe_agent():
    from minisweagent.agents.default import DefaultAgent
    from minisweagent.environments.local import LocalEnvironment
    from minisweagent.models.litellm_model import LitellmModel

    folder = tempfile.mkdtemp()
    model = LitellmModel(model_name="openai/test", cost_tracking="ignore_errors",
                         model_kwargs={"api_base": base, "api_key": "none", "drop_params": True})
    agent = DefaultAgent(model, LocalEnvironment(cwd=folder), system_template="You are an agent.",
                         instance_template="{{task}}", step_limit=5)
    result = agent.run("MINISWE: make a file called made.txt")
    made = os.path.join(folder, "made.txt")
    check("mini-swe-agent: runs a command, sees its result, submits",
          result.get("exit_status") == "Submitted" and os.path.exists(made) and open(made).read() == "done\n", result)


for job in openai_agents, langchain, instructor_, mini_swe_agent:
    try:
        job()
    except Exception as error:  # noqa: BLE001
        check(job.__name__, False, error)
finish()
