# The production image: the one binary, without the embedded Temporal server.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -tags production -trimpath -ldflags "-s -w" -o /replyflow ./cmd/replyflow

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /replyflow /replyflow
ENTRYPOINT ["/replyflow"]
