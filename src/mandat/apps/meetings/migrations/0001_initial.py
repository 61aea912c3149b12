import django.db.models.deletion
import mandat.apps.custody.sealing
import mandat.apps.meetings.models.meetings
import uuid
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('custody', '0001_initial'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Meeting',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(default=mandat.apps.meetings.models.meetings.new_code, editable=False, max_length=12, unique=True)),
                        ('programme', models.SlugField(max_length=60)),
                        ('series', models.SlugField(blank=True, max_length=60)),
                        ('series_version', models.PositiveIntegerField(null=True)),
                        ('process', models.SlugField(blank=True, max_length=60)),
                        ('component', models.SlugField(blank=True, max_length=60)),
                        ('body', models.SlugField(blank=True, max_length=60)),
                        ('measures', models.JSONField(default=list)),
                        ('kind', models.CharField(choices=[('meeting', 'public meeting'), ('workshop', 'workshop'), ('visit', 'visit'), ('training', 'training session'), ('event', 'event'), ('worksite', 'hands-on site')], max_length=10)),
                        ('title_fr', models.CharField(max_length=200)),
                        ('title_en', models.CharField(max_length=200)),
                        ('text_fr', models.TextField(blank=True, max_length=4000)),
                        ('text_en', models.TextField(blank=True, max_length=4000)),
                        ('place', models.CharField(blank=True, max_length=150)),
                        ('address', models.CharField(blank=True, max_length=200)),
                        ('commune', models.CharField(blank=True, max_length=5)),
                        ('department', models.CharField(blank=True, max_length=3)),
                        ('link', models.URLField(blank=True, max_length=300)),
                        ('access', models.JSONField(default=list)),
                        ('access_note_fr', models.CharField(blank=True, max_length=300)),
                        ('access_note_en', models.CharField(blank=True, max_length=300)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('booking', models.CharField(choices=[('open', 'everyone, on the site'), ('agents', 'through an agent only'), ('none', 'no booking: come as you are')], default='open', max_length=8)),
                        ('places', models.PositiveIntegerField(blank=True, null=True)),
                        ('taken', models.PositiveIntegerField(default=0)),
                        ('waiting_list', models.BooleanField(default=True)),
                        ('confirm_hours', models.PositiveSmallIntegerField(default=48)),
                        ('cancel_hours', models.PositiveSmallIntegerField(default=2)),
                        ('reminders', models.JSONField(default=list)),
                        ('state', models.CharField(choices=[('planned', 'announced'), ('cancelled', 'cancelled'), ('held', 'held')], default='planned', max_length=10)),
                        ('reason', models.CharField(blank=True, max_length=500)),
                        ('room_code', models.CharField(blank=True, max_length=8)),
                        ('minutes_fr', models.TextField(blank=True, max_length=20000)),
                        ('minutes_en', models.TextField(blank=True, max_length=20000)),
                        ('attended', models.PositiveIntegerField(default=0)),
                        ('told', models.PositiveIntegerField(default=0)),
                        ('keep_until', models.DateTimeField()),
                        ('moves', models.PositiveIntegerField(default=0)),
                        ('sequence', models.PositiveIntegerField(default=0)),
                        ('synthetic', models.BooleanField(default=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('held_at', models.DateTimeField(blank=True, null=True)),
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'meeting',
                        'verbose_name_plural': 'meetings',
                        'ordering': ('starts_at', 'id'),
                        'indexes': [models.Index(models.F('programme'), models.F('starts_at'), models.F('id'), name='meetings_calendar'), models.Index(models.F('programme'), models.F('process'), models.F('component'), models.F('starts_at'), name='meetings_of_process'), models.Index(models.F('programme'), models.F('series'), models.F('starts_at'), name='meetings_of_series'), models.Index(models.F('body'), models.F('starts_at'), condition=models.Q(('body', ''), _negated=True), name='meetings_of_body')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('places', None), ('taken__lte', models.F('places')), _connector='OR'), name='meetings_capacity'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='meetings_ordered'), models.CheckConstraint(condition=models.Q(('told__lte', models.F('attended'))), name='meetings_told')],
                    },
                ),
                migrations.CreateModel(
                    name='Paper',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='meetings.meeting')),
                        ('title_fr', models.CharField(max_length=150)),
                        ('title_en', models.CharField(max_length=150)),
                        ('stored', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='custody.storedfile')),
                        ('published_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'verbose_name': 'paper',
                        'ordering': ('id',),
                    },
                ),
                migrations.CreateModel(
                    name='Booking',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bookings', to='meetings.meeting')),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='meeting_bookings', to=settings.AUTH_USER_MODEL)),
                        ('name', mandat.apps.custody.sealing.SealedTextField(bind='reference', null=True, purpose='meetings.name', verbose_name='name')),
                        ('name_index', mandat.apps.custody.sealing.BlindIndexField(editable=False, max_length=81, null=True, purpose='meetings.name', source='name')),
                        ('needs', mandat.apps.custody.sealing.SealedTextField(bind='reference', null=True, purpose='meetings.needs', verbose_name='what would help')),
                        ('state', models.CharField(choices=[('waiting', 'on the waiting list'), ('offered', 'a place is kept, to be confirmed'), ('booked', 'booked'), ('cancelled', 'cancelled'), ('lapsed', 'not confirmed in time'), ('attended', 'came'), ('missed', 'did not come')], max_length=10, verbose_name='state')),
                        ('source', models.CharField(choices=[('account', 'on the site'), ('agent', 'by an agent'), ('code', 'code shown in the room'), ('paper', 'list on paper'), ('carnet', 'offline carnet')], default='account', max_length=8, verbose_name='how it was booked')),
                        ('age', models.CharField(blank=True, max_length=8, verbose_name='age')),
                        ('queued_at', models.DateTimeField(verbose_name='asked on')),
                        ('confirm_by', models.DateTimeField(blank=True, null=True, verbose_name='to be confirmed before')),
                        ('attended_by', models.CharField(blank=True, choices=[('account', 'on the site'), ('agent', 'by an agent'), ('code', 'code shown in the room'), ('paper', 'list on paper'), ('carnet', 'offline carnet')], max_length=8, verbose_name='attendance noted')),
                        ('reminded', models.JSONField(default=list)),
                        ('tries', models.PositiveSmallIntegerField(default=0)),
                        ('certificate', models.CharField(max_length=16, null=True, unique=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        'verbose_name': 'booking',
                        'verbose_name_plural': 'bookings',
                        'ordering': ('queued_at', 'id'),
                        'indexes': [models.Index(models.F('meeting'), models.F('state'), models.F('queued_at'), models.F('id'), name='meetings_queue')],
                        'constraints': [models.UniqueConstraint(models.F('meeting'), models.F('user'), condition=models.Q(('state__in', ('waiting', 'offered', 'booked', 'attended', 'missed')), ('user__isnull', False)), name='meetings_one_booking'), models.UniqueConstraint(models.F('meeting'), models.F('name_index'), condition=models.Q(('name_index__isnull', False), ('state__in', ('waiting', 'offered', 'booked', 'attended', 'missed'))), name='meetings_one_name')],
                    },
                ),
                migrations.CreateModel(
                    name='Count',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counts', to='meetings.meeting')),
                        ('age', models.CharField(default='unknown', max_length=8)),
                        ('people', models.PositiveIntegerField()),
                        ('source', models.CharField(choices=[('account', 'on the site'), ('agent', 'by an agent'), ('code', 'code shown in the room'), ('paper', 'list on paper'), ('carnet', 'offline carnet')], default='paper', max_length=8)),
                    ],
                    options={
                        'verbose_name': 'people counted',
                        'ordering': ('id',),
                        'constraints': [models.UniqueConstraint(models.F('meeting'), models.F('age'), models.F('source'), name='meetings_one_count')],
                    },
                ),
                migrations.CreateModel(
                    name='Trainee',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('series', models.SlugField(max_length=60)),
                        ('person', models.CharField(max_length=81)),
                        ('sessions', models.PositiveSmallIntegerField(default=0)),
                        ('age', models.CharField(default='all', max_length=5)),
                        ('department', models.CharField(blank=True, max_length=3)),
                        ('trained_on', models.DateField(null=True)),
                        ('told', models.BooleanField(default=False)),
                        ('keep_until', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'person trained',
                        'ordering': ('id',),
                        'indexes': [models.Index(models.F('programme'), models.F('series'), models.F('trained_on'), condition=models.Q(('told', False), ('trained_on__isnull', False)), name='meetings_untold')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('series'), models.F('person'), name='meetings_trained_once')],
                    },
                ),
            ]
        ),
    ]
