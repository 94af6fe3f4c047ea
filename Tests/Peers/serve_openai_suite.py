"""The tests of OpenAI's own Python client, for the parts that this server has, against scripted-server.

    serve_openai_suite.py URL VERSION FOLDER       fetches the client's source from PyPI into FOLDER

Tests that fail must be listed here with the reason, and those that are listed must fail.
"""
import collections
import os
import re
import subprocess
import sys
import tarfile
import xml.etree.ElementTree

url, version, folder = sys.argv[1:4]
FILES = ["chat/test_completions.py", "test_completions.py", "test_responses.py", "responses/test_input_tokens.py",
         "test_models.py"]
# What a test's name matches, and why it fails.
EXPECTED = [
    (r"chat\.test_completions.*(method|raw_response|streaming_response|path_params)_(retrieve|update|list|delete)",
     "stored completions: this server keeps nothing"),
    (r"test_responses.*(method|raw_response|streaming_response)_(retrieve|delete|cancel|compact)",
     "stored responses: this server keeps nothing"),
    (r"test_models.*(method|raw_response|streaming_response)_delete", "models are not deleted over HTTP"),
    (r"responses.*(create_overload|_count)", "a response to nothing: these ask without any input"),
    (r"create_with_all_params", "junk on purpose: a limit of 0 tokens, tokens that no vocabulary has, several kinds of media"),
]

archive = os.path.join(folder, f"openai-{version}.tar.gz")
if not os.path.exists(archive):
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                    "--no-binary", ":all:", f"openai=={version}", "-d", folder], check=True)
with tarfile.open(archive) as tar:
    tar.extractall(folder, filter="data")
source = os.path.join(folder, f"openai-{version}")
report = os.path.join(folder, "report.xml")
environment = dict(os.environ, TEST_API_BASE_URL=url.rstrip("/") + "/v1")
environment.pop("OPENAI_API_KEY", None)
# Its own options ask for processes and make every warning an error.
subprocess.run([sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=line", "-o", "addopts=", "-o", "filterwarnings=",
                "-o", "xfail_strict=false", "-p", "no:cacheprovider", f"--junitxml={report}",
                *(f"tests/api_resources/{name}" for name in FILES)],
               cwd=source, env=environment, stdout=subprocess.DEVNULL)
cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
outcomes, wrong, reasons = collections.Counter(), [], collections.Counter()
for case in cases:
    name = case.get("classname", "") + "." + case.get("name", "")
    problem = case.find("failure") if case.find("failure") is not None else case.find("error")
    reason = next((reason for pattern, reason in EXPECTED if re.search(pattern, name)), None)
    if case.find("skipped") is not None:
        outcomes["skipped"] += 1
    elif problem is None:
        outcomes["passed"] += 1
        # Of some families only a part needs what is missing: those that pass are fine.
    elif reason:
        outcomes["failed as expected"] += 1
        reasons[reason] += 1
    else:
        outcomes["failed"] += 1
        wrong.append((name, (problem.get("message") or "")[:300]))
print(f"openai-python's own tests: {dict(outcomes)}")
for reason, count in reasons.items():
    print(f"      {count} failed as expected: {reason}")
for name, message in wrong:
    print(f"WRONG {name}: {message}")
for pattern, reason in EXPECTED:
    if not reasons[reason]:
        wrong.append(reason)
        print(f"WRONG none of these fails any more: {reason}")
if outcomes["passed"] < 100:
    wrong.append("few")
    print("WRONG too few tests ran")
sys.exit(bool(wrong))
