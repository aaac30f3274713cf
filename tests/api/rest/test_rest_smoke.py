def test_smoke(client, client_of, app):
    print(client.get("/health/ready").json)
    print(client.get("/api/v1/items?q=shbt").json)
    print(client.get("/api/v1/items").json["total"])
    r = client.get("/api/v1/items/MZ-901"); print(r.status_code, r.text[:600])
    w = client_of("window")
    print(w.get("/api/v1/sessions/current").json)
    r = client.get("/api/v1/openapi.json"); print(r.status_code, r.text[:1500])
    print(len(r.text), list(r.json["paths"])[:50])
