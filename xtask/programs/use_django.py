import pathlib, subprocess, sys
def run(*words):
    result = subprocess.run([sys.executable, *words], capture_output=True, text=True)
    print(words, result.returncode, result.stdout, result.stderr)
run("-m", "django", "--version")
run("-m", "django", "startproject", "site1")
print(sorted(str(path) for path in pathlib.Path("site1").rglob("*")))
settings = pathlib.Path("site1/site1/settings.py")
text = settings.read_text()
start = text.index("DATABASES")
settings.write_text(text[:start] + "DATABASES = {}\n" + text[text.index("# Password validation"):])
run("site1/manage.py", "check")
pathlib.Path("template.py").write_text('''
import django
from django.conf import settings
settings.configure(USE_TZ=True, INSTALLED_APPS=[], TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}], ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x")
django.setup()
from django import forms
from django.http import JsonResponse
from django.template import Context, Template
from django.test import Client
from django.urls import path
urlpatterns = [path("x/<int:n>/", lambda request, n: JsonResponse({"n": n, "q": request.GET.dict()}))]
print(Template("{% for x in xs %}{{ forloop.counter }}{{ x|upper }}{% empty %}-{% endfor %}{% if a > 1 %}{{ b|date:'Y-m-d' }}{% endif %}").render(Context({"xs": ["a", "<b>"], "a": 2, "b": __import__("datetime").date(2020, 1, 2)})))
class F(forms.Form):
    name = forms.CharField(max_length=3)
    mail = forms.EmailField()
    n = forms.IntegerField(min_value=3)
f = F({"name": "abcd", "mail": "x", "n": "2"})
print(f.is_valid(), f.errors.as_json(), F().as_p())
print(Client().get("/x/3/?a=b").content, Client().get("/nope").status_code)
''')
run("template.py")
