package lab

import (
	"context"
	"encoding/json"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
)

// djangoSite is a project in one file: the administration that Django brings,
// in Russian, beside a start page that does not lead there.
const djangoSite = `import json, sys
from pathlib import Path
import django
from django.conf import settings

folder = Path(sys.argv[1])
settings.configure(
    SECRET_KEY="lab", DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, LANGUAGE_CODE="ru", USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "django.db")}},
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.locale.LocaleMiddleware", "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]}}],
    STATIC_URL="/static/", DEFAULT_AUTO_FIELD="django.db.models.AutoField")
django.setup()

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

def start(request):
    return HttpResponse("<!doctype html><html lang=ru><title>Пекарня</title><h1>Пекарня «Колос»</h1><p>Свежий хлеб каждый день.</p></html>")

urlpatterns = [path("", start), path("admin/", admin.site.urls)]
call_command("migrate", verbosity=0)
for entry in json.load(sys.stdin):
    User.objects.create_superuser(entry["Name"], "", entry["Password"])

class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

make_server("127.0.0.1", int(sys.argv[2]), get_wsgi_application(), server_class=Server).serve_forever()
`

// StartDjango serves the administration of Django in Russian at /admin/.
func StartDjango(ctx context.Context, dir string, users ...User) (*Site, error) {
	order, err := json.Marshal(users)
	if err != nil {
		return nil, err
	}
	script := filepath.Join(dir, "site.py")
	if err := write(script, djangoSite, 0o600); err != nil {
		return nil, err
	}
	return startPython(ctx, dir, bundle{name: "django-1", packages: []string{"python3-django"}, whole: true}, string(order), func(port string) []string {
		return []string{script, dir, port}
	})
}

// StartRadicale serves a calendar whose page logs in by WebDAV requests and
// keeps the password in its memory.
func StartRadicale(ctx context.Context, dir string, users ...User) (*Site, error) {
	list := ""
	for _, user := range users {
		list += user.Name + ":" + user.Password + "\n"
	}
	if err := write(filepath.Join(dir, "users"), list, 0o600); err != nil {
		return nil, err
	}
	return startPython(ctx, dir, bundle{name: "radicale-1", packages: []string{"radicale"}, whole: true}, "", func(port string) []string {
		return []string{"-m", "radicale", "--config", "", "--server-hosts", "127.0.0.1:" + port, "--auth-type", "htpasswd", "--auth-htpasswd-filename", filepath.Join(dir, "users"),
			"--auth-htpasswd-encryption", "plain", "--auth-delay", "0", "--storage-filesystem-folder", filepath.Join(dir, "collections")}
	})
}

// startPython runs a server written in Python in an overlay; input is what it
// reads from its standard input.
func startPython(ctx context.Context, dir string, b bundle, input string, arguments func(port string) []string) (*Site, error) {
	o, err := lay(ctx, dir, b)
	if err != nil {
		return nil, err
	}
	addr, err := FreeAddr()
	if err != nil {
		o.holder.Stop()
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command("/usr/bin/python3", append([]string{"-I"}, arguments(port)...)...)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"}
	cmd.Stdin = strings.NewReader(input)
	return o.serve(ctx, dir, b.name, addr, "", cmd)
}

// serve runs a web server in the overlay; both end together.
func (o *overlay) serve(ctx context.Context, dir, name, addr, first string, cmd *exec.Cmd) (*Site, error) {
	p, err := start(ctx, dir, name, o.inside(cmd))
	if err != nil {
		o.holder.Stop()
		return nil, err
	}
	site := Around("http://"+addr+"/", p)
	site.servers = append(site.servers, o.holder)
	if err := ready(ctx, p, answers(site.URL+first)); err != nil {
		site.Stop()
		return nil, err
	}
	return site, nil
}
