// Starts Swagger UI on the description named by the page; no validator badge, nothing leaves this server.
(() => {
  const place = document.getElementById('swagger-ui');
  SwaggerUIBundle({ url: place.dataset.description, domNode: place, deepLinking: true, validatorUrl: null, docExpansion: 'list' });
})();
