// A plugin for Swagger UI. Left to itself it parses a JSON answer and writes it anew: 369553424691494913 becomes
// 369553424691494900, 1e400 becomes null, 1.0 becomes 1, and whoever saves what it shows destroys the document. It shows
// plain text as it came, so answers in JSON are handed to it as plain text.
window.RawText = () => ({
  wrapComponents: {
    responseBody: (Original, system) => (props) =>
      system.React.createElement(Original, {
        ...props,
        contentType: /json/i.test(props.contentType) ? "text/plain" : props.contentType,
      }),
  },
});
