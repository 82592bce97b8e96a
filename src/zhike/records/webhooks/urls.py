from django.urls import path

from zhike.records.webhooks import delivery_views, views

urlpatterns = [
    path("", views.webhook_list, name="webhooks"),
    path("new/", views.new),
    path("conditions/<str:type_name>/", views.condition),
    path("<int:webhook_id>/", views.show, name="webhook"),
    path("<int:webhook_id>/edit/", views.edit),
    path("<int:webhook_id>/secret/", views.secret),
    path("<int:webhook_id>/test/", delivery_views.send_trial),
    path("<int:webhook_id>/deliveries/", delivery_views.deliveries),
    path("<int:webhook_id>/deliveries/replay/", delivery_views.replay_failed),
    path("<int:webhook_id>/deliveries/<int:delivery_id>/", delivery_views.delivery),
    path("<int:webhook_id>/deliveries/<int:delivery_id>/replay/", delivery_views.replay),
]
