import logging
from flask import Blueprint, Flask, abort, jsonify, redirect, render_template_string, request, session, url_for
logging.disable()
app = Flask(__name__)
app.secret_key = "k"
part = Blueprint("part", __name__, url_prefix="/part")
@part.get("/<int:number>")
def show(number):
    return jsonify(number=number, args=request.args)
app.register_blueprint(part)
@app.route("/", methods=["GET", "POST"])
def index():
    session["n"] = session.get("n", 0) + 1
    return render_template_string("{{ n }} {{ url_for('part.show', number=3) }} {{ x }}", n=session["n"], x=request.form.get("x", "<none>"))
@app.get("/gone")
def gone():
    abort(410, "gone")
@app.get("/away")
def away():
    return redirect(url_for("index"))
@app.errorhandler(404)
def missing(error):
    return {"missing": request.path}, 404
@app.get("/broken")
def broken():
    return 1 / 0
client = app.test_client()
for method, path, options in (("get", "/", {}), ("post", "/", {"data": {"x": "<b>"}}), ("get", "/part/7?a=1&b=é", {}), ("get", "/part/x", {}), ("get", "/gone", {}), ("get", "/away", {"follow_redirects": True}), ("put", "/", {}), ("get", "/broken", {})):
    answer = getattr(client, method)(path, **options)
    print(method, path, answer.status, answer.content_type, answer.get_data(as_text=True)[:300])
print(app.url_map)
