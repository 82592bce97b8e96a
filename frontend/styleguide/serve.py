"""Serves the style guide: the real base templates with sample data, and just enough answers to try every island.

python frontend/styleguide/serve.py [PORT]      # default 8121, after node frontend/build.mjs
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from wsgiref.simple_server import make_server

import django
import polib
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils.html import format_html

HERE = Path(__file__).parent
SRC = HERE.parents[1] / "src/zhike"
STATIC = SRC / "shell/static"
PAGES = (
    "403",
    "404",
    "500",
    "list",
    "record",
    "board",
    "home",
    "wizard",
    "forms",
    "login",
    "empty",
    "error",
    "components",
)
CSP = (
    "default-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
)

sys.path[:0] = [str(HERE), str(SRC.parent)]
import sample  # noqa: E402


def compiled_locale() -> str:
    """The Chinese words, and those of a not yet merged file named by STYLEGUIDE_PO."""
    folder = Path(tempfile.mkdtemp()) / "zh_Hans/LC_MESSAGES"
    folder.mkdir(parents=True)
    words = polib.POFile()
    words.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=1; plural=0;"}
    for source in (SRC / "locale/zh_Hans/LC_MESSAGES/django.po", Path(os.environ.get("STYLEGUIDE_PO", "-"))):
        if source.exists():
            words.extend(polib.pofile(str(source)))
    words.save_as_mofile(str(folder / "django.mo"))
    return str(folder.parents[1])


def page(request: HttpRequest, name: str = "list") -> HttpResponse:
    if name not in PAGES:
        raise Http404
    return render(
        request,
        f"{name}.html",
        sample.PIECES
        | {
            "shell": sample.shell(name),
            "rows": sample.rows(),
            "lanes": sample.lanes(),
            "mapping": sample.MAPPING,
            "funnel": sample.FUNNEL,
            "columns": sample.COLUMNS,
            "people": [sample.member(one) for one in sample.PEOPLE],
        },
    )


def static_file(request: HttpRequest, name: str) -> HttpResponse:
    file = (STATIC / name).resolve()
    if not file.is_relative_to(STATIC) or not file.is_file():
        raise Http404
    return FileResponse(file.open("rb"))


def drawer(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return render(request, "_drawer_form.html")
    if not request.POST.get("name"):
        return render(request, "_drawer_form.html", {"error": "请填写客户名称。"}, status=422)
    return told(f"已新建 {request.POST['name']}", "zhike:close-drawer", reswap="none")


def told(message: str, *events: str, reswap: str = "", body: str = "") -> HttpResponse:
    response = HttpResponse(body)
    response["HX-Trigger"] = json.dumps(
        {"zhike:toast": {"message": message, "undo": "/undo/", "kind": "good"}, **{event: {} for event in events}}
    )
    if reswap:
        response["HX-Reswap"] = reswap
    return response


def cell(request: HttpRequest, number: int) -> HttpResponse:
    value = request.POST.get("value", sample.names()[number - 1] if number <= 21 else "")
    if request.method == "GET" or not value:
        return render(
            request,
            "_cell_form.html",
            {"value": value, "error": request.method == "POST"},
            status=422 if request.method == "POST" else 200,
        )
    if value == "冲突" and "choose" not in request.POST:
        return render(
            request,
            "components/_conflict.html",
            {"member": "王芳", "mine": value, "theirs": "云杉医疗", "version": 8, "value": value},
            status=409,
        )
    tag = "dd" if number > 100 else "td"
    return HttpResponse(format_html("<{0} class='title' data-cell='/cells/{1}/'>{2}</{0}>", tag, number, value))


def move(request: HttpRequest, number: int) -> HttpResponse:
    if request.POST.get("value") == "4" and "reason" not in request.POST:
        return render(request, "_gate_form.html", {"number": number}, status=422)
    if request.POST.get("value") == "3":
        response = HttpResponse(status=409)
        response["HX-Trigger"] = json.dumps({"zhike:toast": {"message": "王芳 刚刚移动了这个商机", "kind": "bad"}})
        return response
    if "reason" in request.POST:
        return told("商机已赢单", "zhike:close-drawer", reswap="none")
    body = render(request, "_board_card.html", {"card": sample.card(number)}).content.decode()
    return told("已移动到下一阶段", body=body)


def conditions(request: HttpRequest) -> HttpResponse:
    return JsonResponse(json.loads((HERE / "conditions.json").read_text()))


def explain(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"sentence": "等级为 A 级、B 级，且近 180 天赢单的商机数量 ≥ 1 个"})


def people(request: HttpRequest) -> HttpResponse:
    query, ids = request.GET.get("q", ""), request.GET.get("ids", "").split(",")
    found = [
        {"value": number, "label": name, "hint": "华东一组"}
        for number, name in enumerate(sample.PEOPLE, 1)
        if (query in name if "q" in request.GET else str(number) in ids)
    ]
    return JsonResponse({"items": found})


def job(request: HttpRequest) -> HttpResponse:
    job.done = min(8800, getattr(job, "done", 0) + 900)
    return JsonResponse(
        {
            "state": "done" if job.done == 8800 else "running",
            "done": job.done,
            "total": 8800,
            "message": "正在写入商机…",
            "cancel_url": "/undo/",
            "done_url": None,
        }
    )


def partial(name: str):
    return lambda request: render(request, name)


urlpatterns = [
    path("", page),
    path("static/<path:name>", static_file),
    path("drawer/", drawer),
    path("cells/<int:number>/", cell),
    path("move/<int:number>/", move),
    path("conditions/", conditions),
    path("explain/", explain),
    path("people/", people),
    path("job/", job),
    path("undo/", lambda request: told("已撤销")),
    path("notices/", partial("_notices_sample.html")),
    path("palette/", partial("_palette_rows.html")),
    path("bulk/", lambda request: told(f"已处理 {len(request.POST.getlist('ids')) or request.POST.get('count')} 条")),
    path("widths/", lambda request: HttpResponse(status=204)),
    path("accounts/logout/", page, name="account_logout"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("<slug:name>/", page),
]


def policy(get_response):
    def respond(request):
        response = get_response(request)
        response["Content-Security-Policy"] = CSP
        return response

    return respond


def configure() -> None:
    settings.configure(
        DEBUG=True,
        SECRET_KEY="style guide",
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        STATIC_URL="/static/",
        USE_I18N=True,
        LANGUAGE_CODE="zh-hans",
        LANGUAGES=[("zh-hans", "中文"), ("en", "English")],
        LOCALE_PATHS=[compiled_locale()],
        INSTALLED_APPS=["django.contrib.staticfiles"],
        MIDDLEWARE=[
            f"{__name__}.policy",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [SRC / "shell/templates", HERE],
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request"],
                    "builtins": ["zhike.records.templatetags.records"],
                },
            }
        ],
    )
    django.setup()


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8121
    configure()
    sys.stdout.write(f"http://127.0.0.1:{port}/\n")
    make_server("127.0.0.1", port, WSGIHandler()).serve_forever()
